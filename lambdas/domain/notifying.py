"""Mails: claimed on the ledger before they are sent, so that no mail goes out twice.

A crash between claim and sending loses the mail: for a best-effort message that is the better
mistake, and the entry left at `intent` tells an operator about it.
"""

from dataclasses import replace

from lambdas.domain.asking import MAILS
from lambdas.domain.changes import Change, change
from lambdas.domain.ledger import (
    MAIL_CANCELLATION,
    MAIL_CONFIRMATION,
    Effect,
    EffectState,
    effect_key,
)
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage

MAILS_AT = {
    MAIL_CONFIRMATION: frozenset({Stage.COMPLETED}),
    MAIL_CANCELLATION: frozenset({Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED}),
    **dict.fromkeys(MAILS, frozenset({Stage.AWAITING_APPROVAL})),
}


def claim_mail(
    order: Order, now: int, mail: str, claimant: str, link: str | None = None
) -> Change | None:
    """Take the right to send a mail; None when it was claimed before or has no place here.

    `link` is the digest of the code that the mail carries, if it carries one.
    """
    entry = order.ledger.get(mail)
    taken = entry is not None and entry.state is not EffectState.UNDONE
    if taken or not _has_place(order, mail):
        return None
    key = effect_key(mail, order.order_id)
    claim = Effect(key=key, state=EffectState.INTENT, at=now, claimant=claimant)
    links = order.approval_links if link is None else {**order.approval_links, link: mail}
    return change(order, replace(order.with_effect(mail, claim), approval_links=links), now)


def is_claimed_by(order: Order, mail: str, claimant: str) -> bool:
    """Whether the right to send it is this attempt's, even if the answer to its claim was lost."""
    entry = order.ledger.get(mail)
    return entry is not None and entry.claimant == claimant


def _has_place(order: Order, mail: str) -> bool:
    """Nobody is asked about an order while a signal waits to be applied."""
    return order.stage in MAILS_AT[mail] and not (mail in MAILS and order.pending)


def mail_sent(order: Order, now: int, mail: str) -> Change:
    """Record that the mail service took the mail."""
    sent = order.ledger[mail].moved(EffectState.DONE, now)
    after = order.with_effect(mail, sent)
    told_as = None if mail in MAILS else Stage.NOTIFY
    return change(order, after, now, (f"{mail}-sent", {}), told_as=told_as)


def mail_refused(order: Order, now: int, mail: str) -> Change:
    """Give the claim back: the mail service refused, so another attempt may send it."""
    ledger = {name: effect for name, effect in order.ledger.items() if name != mail}
    links = {code: sent for code, sent in order.approval_links.items() if sent != mail}
    return change(order, replace(order, ledger=ledger, approval_links=links), now)
