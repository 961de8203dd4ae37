"""Reports of the mail service about an e-mail that it accepted: bounces and complaints."""

from dataclasses import dataclass, replace

from lambdas.domain.mail.reminders import APPROVAL_MAILS
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import COMPLAINED
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A report about the e-mail `mail` (its name in the ledger): BOUNCED with its type, for example
    `Permanent General`, or COMPLAINED. It holds no address.
    """

    mail: str
    delivery: str
    bounce_type: str | None = None


def record_delivery(order: Order, now: int, report: DeliveryReport) -> Change | None:
    """Record a report on the ledger and in the timeline. None for a repeated report, and for an
    e-mail that the order does not have. A complaint is final: it follows a delivery.
    """
    entry = order.ledger.get(report.mail)
    if entry is None or entry.delivery in (report.delivery, COMPLAINED):
        return None
    after = order.with_effect(report.mail, replace(entry, delivery=report.delivery))
    detail = {} if report.bounce_type is None else {"type": report.bounce_type}
    made = make_change(
        order,
        after,
        now,
        (f"{report.mail}-{report.delivery}", detail),
        event_stage=None if report.mail in APPROVAL_MAILS else Stage.NOTIFY,
        by_execution=False,
    )
    # The next check of an open order stays where it is: a report says nothing about its execution.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))
