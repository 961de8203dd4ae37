"""E-mails that ask an approver to decide, and the reminders that follow."""

from lambdas.domain.record.ledger import MAIL_APPROVAL, owes
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

REMINDER_FRACTIONS = ((1, 60), (1, 2), (4, 5))
"""When the e-mails are due, as fractions of the approval timeout. For 15 minutes: after 15 seconds
(an approver who watches the orders needs no e-mail), halfway, and 3 minutes before the end.
"""
REMINDER_QUIET_PERIOD_MS = 120_000
"""No e-mail is due so soon after an approver had the order open. At most a fifth of the wait."""

APPROVAL_MAILS = tuple(
    f"{MAIL_APPROVAL}-{number}" for number in range(1, len(REMINDER_FRACTIONS) + 1)
)
"""Names of the e-mails on the ledger, in sending order."""


def mail_due(order: Order, now: int, wait_ms: int) -> str | None:
    """The e-mail to send now; earlier ones that were missed are skipped. None while a signal is
    pending.
    """
    if order.pending:
        return None
    due = [mail for mail, at in _remaining_mails(order, wait_ms) if at <= now]
    return due[-1] if due else None


def next_mail_at(order: Order, wait_ms: int) -> int | None:
    """When the next e-mail is due, in epoch milliseconds; None if none is left.

    `wait_ms` is the whole wait; 0 if the approver gets no e-mails.
    """
    return min((at for _, at in _remaining_mails(order, wait_ms)), default=None)


def _remaining_mails(order: Order, wait_ms: int) -> list[tuple[str, int]]:
    """The e-mails after the last claimed one, and when each is due. None for an order that does not
    wait for its approval: one that waits for its provider has no ticks.
    """
    waits = order.stage is Stage.AWAITING_APPROVAL
    if not waits or order.approval_deadline is None or not wait_ms:
        return []
    begun = order.approval_deadline - wait_ms
    claimed = [
        number for number, mail in enumerate(APPROVAL_MAILS, start=1) if owes(order.ledger, mail)
    ]
    quiet_until = _quiet_until(order, wait_ms)
    return [
        (mail, max(quiet_until, begun + wait_ms * part // whole))
        for mail, (part, whole) in list(zip(APPROVAL_MAILS, REMINDER_FRACTIONS, strict=True))[
            max(claimed, default=0) :
        ]
    ]


def _quiet_until(order: Order, wait_ms: int) -> int:
    return (
        0
        if order.last_heartbeat_at is None
        else order.last_heartbeat_at + min(REMINDER_QUIET_PERIOD_MS, wait_ms // 5)
    )
