"""E-mails to the customer that an operator sends again. Each request is an effect on the ledger,
keyed by the request's id: a repeated request sends no second e-mail.

The effect has the name of the e-mail if that was never sent, so that no execution sends it as well;
otherwise the name with a number: `mail-confirmation-2`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdas.domain.errors import MailNotDue
from lambdas.domain.mail.claims import is_abandoned, is_in_flight, settle_abandoned
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import (
    MAIL_CANCELLATION,
    MAIL_CONFIRMATION,
    Effect,
    EffectState,
    effect_key,
    owes,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

MAX_RESENDS = 5
"""E-mails that may follow the first one: the ledger is a part of the record, whose size is limited.
"""
_MAIL_OF: Mapping[Stage, str] = {
    Stage.COMPLETED: MAIL_CONFIRMATION,
    Stage.CANCELLED: MAIL_CANCELLATION,
    Stage.FAILED: MAIL_CANCELLATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendRequest:
    """A request of an operator, known by its subject. `claimant` is this attempt of it."""

    request_id: str
    requested_by: str
    claimant: str


def mail_of(order: Order) -> str:
    """The e-mail that the end of the order justifies. Raises MailNotDue for an open order."""
    mail = _MAIL_OF.get(order.stage)
    if mail is None:
        raise MailNotDue(
            f"the order is in stage {order.stage}: its customer gets an e-mail when it ends",
            order_id=order.order_id,
            stage=order.stage,
        )
    return mail


def resend_of(order: Order, request_id: str) -> str | None:
    """The name of the request's effect; None for a new request."""
    return next(_effects_of(order, request_id), None)


def claimed_name(order: Order, request_id: str) -> str:
    """The name of the effect of a request that was claimed."""
    return next(_effects_of(order, request_id))


def claim_resend(order: Order, now: int, request: ResendRequest) -> Change | None:
    """Claim the e-mail for this attempt of the request. None if an attempt of the same request sent
    it, may have sent it, or is sending it.

    Raises MailNotDue for an open order, while another request or the workflow sends the e-mail, and
    after MAX_RESENDS.
    """
    mail, known = mail_of(order), resend_of(order, request.request_id)
    if known is not None and owes(order.ledger, known):
        return settle_abandoned(order, now, known)
    name = known or _free_name(order, now, mail)
    claim = Effect(
        key=_key(order, mail, request.request_id),
        state=EffectState.INTENT,
        at=now,
        claimant=request.claimant,
        requested_by=request.requested_by,
    )
    # A repeated attempt adds no event: attempts have no limit.
    events = [] if known else [("mail-resend-requested", {"mail": name})]
    after = order.with_effect(name, claim)
    return make_change(order, after, now, *events, event_stage=Stage.NOTIFY, by_execution=False)


def _effects_of(order: Order, request_id: str) -> Iterator[str]:
    keys = {_key(order, mail, request_id) for mail in _MAIL_OF.values()}
    return (name for name, effect in order.ledger.items() if effect.key in keys)


def _free_name(order: Order, now: int, mail: str) -> str:
    """The first name whose e-mail was not sent."""
    names = list(_names(mail))
    if any(is_in_flight(order, name) and not is_abandoned(order, now, name) for name in names):
        raise _not_due(order, "the e-mail is being sent: try again in half a minute")
    free = next((name for name in names if not owes(order.ledger, name)), None)
    if free is None:
        raise _not_due(order, f"the e-mail was sent again {MAX_RESENDS} times")
    return free


def _names(mail: str) -> Iterator[str]:
    yield mail
    yield from (f"{mail}-{number}" for number in range(2, MAX_RESENDS + 2))


def _key(order: Order, mail: str, request_id: str) -> str:
    return f"{effect_key(mail, order.order_id)}:{request_id}"


def _not_due(order: Order, message: str) -> MailNotDue:
    return MailNotDue(message, order_id=order.order_id, stage=order.stage)
