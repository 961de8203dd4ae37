"""Mails: claimed on the ledger before they are sent, so that no mail goes out twice.

A crash between claim and sending loses the mail: for a best-effort message that is the better
mistake, and the entry left at `intent` tells an operator about it.
"""

from dataclasses import replace

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
}


def claim_mail(order: Order, now: int, mail: str) -> Change | None:
    """Take the right to send a mail; None when it was claimed before or has no place here."""
    entry = order.ledger.get(mail)
    taken = entry is not None and entry.state is not EffectState.UNDONE
    if taken or order.stage not in MAILS_AT[mail]:
        return None
    claim = Effect(key=effect_key(mail, order.order_id), state=EffectState.INTENT, at=now)
    return change(order, order.with_effect(mail, claim), now)


def mail_sent(order: Order, now: int, mail: str) -> Change:
    """Record that the mail service took the mail."""
    sent = order.ledger[mail].moved(EffectState.DONE, now)
    after = order.with_effect(mail, sent)
    return change(order, after, now, (f"{mail}-sent", {}), told_as=Stage.NOTIFY)


def mail_refused(order: Order, now: int, mail: str) -> Change:
    """Give the claim back: the mail service refused, so another attempt may send it."""
    return change(
        order, replace(order, ledger={k: v for k, v in order.ledger.items() if k != mail}), now
    )
