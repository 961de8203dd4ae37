"""E-mails and reports in memory."""

from collections.abc import Sequence
from typing import NamedTuple

from lambdas.domain.errors import OrderError
from lambdas.domain.mail.rendering import MailTags
from lambdas.domain.payment_differences import Difference
from lambdas.domain.ports import Notifier, OperationsQueue
from lambdas.domain.record.order import Order


class Mail(NamedTuple):
    """One sent e-mail."""

    to: str
    subject: str
    body: str
    html: str = ""
    tags: MailTags | None = None


class FakeNotifier(Notifier):
    """`sent` holds the e-mails; `failures` are raised first, one for each attempt. `suppressed` has
    the reason for each address that gets nothing.
    """

    def __init__(self) -> None:
        self.suppressed: dict[str, str] = {}
        self.sent: list[Mail] = []
        self.failures: list[OrderError] = []

    def suppression(self, address: str) -> str | None:
        return self.suppressed.get(address)

    def send(self, address: str, subject: str, text: str, html: str, tags: MailTags) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(Mail(address, subject, text, html, tags))


class FakeOperationsQueue(OperationsQueue):
    """Records the reports: `stuck` (order id, effects) of stuck compensations, `takeovers` (order
    id, number) of repeated takeovers, `payments` (order id, problem, amount), and `differences` of
    payments and orders.
    """

    def __init__(self) -> None:
        self.stuck: list[tuple[str, tuple[str, ...]]] = []
        self.takeovers: list[tuple[str, int]] = []
        self.payments: list[tuple[str, str, int]] = []
        self.differences: list[Difference] = []

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        self.stuck.append((order.order_id, tuple(effects)))

    def report_payment(self, order: Order, problem: str, amount_minor: int) -> None:
        self.payments.append((order.order_id, problem, amount_minor))

    def report_difference(self, difference: Difference) -> None:
        self.differences.append(difference)

    def report_takeovers(self, order: Order) -> None:
        self.takeovers.append((order.order_id, order.takeovers))
