"""Asking an approver by mail: soon after the wait began, then again while nobody looks."""

from lambdas.domain.ledger import MAIL_APPROVAL, owes
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage

SHARES = ((1, 60), (1, 2), (4, 5))
"""When the mails are due, as shares of the time for the approval: of 15 minutes after 15 seconds
(whoever watches the orders decides without a mail), halfway, and 3 minutes before the end.
"""
LOOKING_MS = 120_000
"""So long after somebody looked at the order nobody is asked; a fifth of a shorter wait."""

MAILS = tuple(f"{MAIL_APPROVAL}-{number}" for number in range(1, len(SHARES) + 1))
"""Names of the mails on the ledger, in their order."""


def mail_due(order: Order, now: int, wait_ms: int) -> str | None:
    """The mail to send now; those that were missed meanwhile are left out. None while a signal
    waits to be applied: what it does comes first.
    """
    if order.stage is not Stage.AWAITING_APPROVAL or order.pending:
        return None
    due = [mail for mail, at in _left(order, wait_ms) if at <= now]
    return due[-1] if due else None


def next_mail_at(order: Order, wait_ms: int) -> int | None:
    """When the next mail is due, in epoch milliseconds; None when none is left.

    `wait_ms` is the whole time for the approval; 0 when nobody is asked by mail.
    """
    return min((at for _, at in _left(order, wait_ms)), default=None)


def _left(order: Order, wait_ms: int) -> list[tuple[str, int]]:
    """The mails that come after the last one that was claimed, and when each is due."""
    if order.approval_deadline is None or not wait_ms:
        return []
    begun = order.approval_deadline - wait_ms
    claimed = [number for number, mail in enumerate(MAILS, start=1) if owes(order.ledger, mail)]
    nobody_looks_at = _nobody_looks_at(order, wait_ms)
    return [
        (mail, max(nobody_looks_at, begun + wait_ms * part // whole))
        for mail, (part, whole) in list(zip(MAILS, SHARES, strict=True))[max(claimed, default=0) :]
    ]


def _nobody_looks_at(order: Order, wait_ms: int) -> int:
    return 0 if order.looked_at is None else order.looked_at + min(LOOKING_MS, wait_ms // 5)
