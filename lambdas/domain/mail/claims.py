"""E-mails: claimed on the ledger before they are sent, so that no e-mail is sent twice.

A claim belongs to one attempt, which settles it: `done` (sent) or `undone` (certainly not sent,
so another attempt may claim it). A claim that stays at `intent` with an `error` is unsettled: the
e-mail may have been sent, so no attempt sends it again.
"""

from dataclasses import replace

from lambdas.domain.errors import MailUnsettled, OrderError
from lambdas.domain.mail.reminders import APPROVAL_MAILS
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

MAILS_AT = {
    MAIL_CONFIRMATION: frozenset({Stage.COMPLETED}),
    MAIL_CANCELLATION: frozenset({Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED}),
    **dict.fromkeys(APPROVAL_MAILS, frozenset({Stage.AWAITING_APPROVAL})),
}
CLAIM_LIFETIME_MS = 25_000
"""An older claim was abandoned: its function timed out after 20 s (a test compares the two), and
clocks may differ by seconds."""
UNSETTLED = MailUnsettled.__name__


def claim_mail(
    order: Order, now: int, mail: str, claimant: str, link: str | None = None
) -> Change | None:
    """Claim the e-mail for this attempt. None if it is claimed already or not valid in this stage.
    A claim that its attempt abandoned is recorded as unsettled.

    `link` is the digest of the code that the e-mail carries, if it carries one.
    """
    entry = order.ledger.get(mail)
    if is_in_flight(order, mail):
        return settle_abandoned(order, now, mail)
    if owes(order.ledger, mail) or not _is_valid_now(order, mail):
        return None
    unclaimed = entry or Effect(
        key=effect_key(mail, order.order_id), state=EffectState.UNDONE, at=now
    )
    claim = replace(unclaimed.with_state(EffectState.INTENT, now), claimant=claimant)
    links = order.approval_links if link is None else {**order.approval_links, link: mail}
    return make_change(order, replace(order.with_effect(mail, claim), approval_links=links), now)


def is_claimed_by(order: Order, mail: str, claimant: str) -> bool:
    """Whether this attempt holds the claim, even if the answer to its claim was lost."""
    entry = order.ledger.get(mail)
    claimed = entry is not None and entry.state is EffectState.INTENT
    return claimed and entry is not None and entry.claimant == claimant


def is_in_flight(order: Order, mail: str) -> bool:
    """Whether an attempt may still settle its claim."""
    return owes(order.ledger, mail) and not (_is_sent(order, mail) or is_unsettled(order, mail))


def is_abandoned(order: Order, now: int, mail: str) -> bool:
    """Whether the attempt that holds the claim has ended without settling it."""
    return is_in_flight(order, mail) and now - order.ledger[mail].at >= CLAIM_LIFETIME_MS


def settle_abandoned(order: Order, now: int, mail: str) -> Change | None:
    """Record an abandoned claim as unsettled; None if it is settled or may still be."""
    if not is_abandoned(order, now, mail):
        return None
    return _record_refusal(order, now, mail, order.ledger[mail], UNSETTLED)


def is_unsettled(order: Order, mail: str) -> bool:
    """Whether it is recorded that the e-mail may or may not have been sent."""
    return owes(order.ledger, mail) and order.ledger[mail].error == UNSETTLED


def _is_sent(order: Order, mail: str) -> bool:
    return order.ledger[mail].state is EffectState.DONE


def _is_valid_now(order: Order, mail: str) -> bool:
    """Whether the e-mail fits the order's stage. An approval is not requested while a signal waits
    to be applied: it may change the order.
    """
    return order.stage in MAILS_AT[mail] and not (mail in APPROVAL_MAILS and order.pending)


def record_mail_sent(order: Order, now: int, mail: str, claimant: str) -> Change | None:
    """Record that the mail service accepted the e-mail; None if the claim is not this attempt's."""
    if not is_claimed_by(order, mail, claimant):
        return None
    sent = replace(order.ledger[mail].with_state(EffectState.DONE, now), error=None)
    return _record(order, order.with_effect(mail, sent), now, mail, (f"{mail}-sent", {}))


def record_mail_not_sent(
    order: Order, now: int, mail: str, claimant: str, error: Exception
) -> Change | None:
    """Record the error of an attempt to send; None if the claim is not this attempt's. After an
    error that excludes that the e-mail was sent, another attempt may claim it.
    """
    if not is_claimed_by(order, mail, claimant):
        return None
    refused = isinstance(error, OrderError) and not isinstance(error, MailUnsettled)
    name = type(error).__name__ if refused else UNSETTLED
    return _record_refusal(order, now, mail, order.ledger[mail], name)


def _record_refusal(order: Order, now: int, mail: str, entry: Effect, error: str) -> Change:
    """Only the first of several equal errors adds an event: the number of attempts has no limit."""
    state = EffectState.INTENT if error == UNSETTLED else EffectState.UNDONE
    after = order.with_effect(mail, replace(entry.with_state(state, now), error=error))
    if state is EffectState.UNDONE:
        links = {code: sent for code, sent in order.approval_links.items() if sent != mail}
        after = replace(after, approval_links=links)
    kind = f"{mail}-unsettled" if error == UNSETTLED else f"{mail}-refused"
    detail: dict[str, str | int] = {"error": error}
    events = [] if error == entry.error else [(kind, detail)]
    return _record(order, after, now, mail, *events)


def _record(
    order: Order, after: Order, now: int, mail: str, *events: tuple[str, dict[str, str | int]]
) -> Change:
    event_stage = None if mail in APPROVAL_MAILS else Stage.NOTIFY
    return make_change(order, after, now, *events, event_stage=event_stage)
