"""Reports of the payment provider: each names a payment that changed, and nothing else is believed.

The payment is looked up, and compared with the order. So a report that is repeated, late or
overtaken by another one has no effect, and one that is forged neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import (
    EngineUnavailable,
    LedgerMismatch,
    OrderError,
    OrderNotFound,
    PaymentUnsettled,
)
from lambdas.domain.payments import Payment, PaymentGateway
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from lambdas.domain.steps.payment import order_of_key, recorded_reference
from lambdas.domain.steps.reported_payments import record_debt, record_disputes, settle_debt
from lambdas.domain.steps.settlement import notify_if_settled
from lambdas.services.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock, OperationsQueue, WorkflowEngine

PATIENCE_MS = 7_000
"""No change begins later than this after the report: its look-up and its write then fit into the
28 s of the webhook's function (a test computes it).
"""
MESSAGE_PATIENCE_MS = 8_000
"""No message to operations is sent later than this: it and the write after it then fit, too."""


class ReportAction(StrEnum):
    """What a report led to."""

    RECORDED = "recorded"
    NOTHING = "nothing"
    """the order agrees with the provider"""
    UNKNOWN = "unknown"
    """no order has this payment"""


_METRICS = {
    "refund-failed": "RefundFailedLater",
    "payment-disputed": "PaymentDisputed",
    "dispute-lost": "DisputeLost",
}
"""The events that operations get as a message, with their metrics."""
_RECORDS = (record_debt, settle_debt, record_disputes, notify_if_settled)
"""The end of a dispute is recorded after the debt that it settles: until then, no operator can
settle that debt too.
"""
Record = Callable[[Order, int, Payment], Change | None]


class _CurrentPayment:
    """The payment as it is after the order was read: an older look-up could undo what another
    report recorded. It is looked up once for each record that another writer left.
    """

    def __init__(self, look_up: Callable[[], Payment]) -> None:
        self._look_up = look_up
        self._payment: Payment | None = None
        self._sequence = 0

    def after(self, order: Order) -> Payment:
        """The payment; `order` was read before, or is the record that this report wrote."""
        if self._payment is None or order.sequence != self._sequence:
            self._payment, self._sequence = self._look_up(), order.sequence
        return self._payment

    def keep(self, written: Order) -> None:
        """Keep the payment for the record that this report wrote."""
        self._sequence = written.sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReports:
    """Compares payments with their orders. `recovered` logs an error that the janitor repairs,
    `count` counts a metric.
    """

    orders: OrderWriter
    payments: PaymentGateway
    clock: "Clock"
    engine: "WorkflowEngine"
    operations: "OperationsQueue"
    count: Callable[[str], None]
    recovered: Callable[[OrderError], None]

    def receive(self, reference: str) -> ReportAction:
        """Look a payment up, record its change on the order, and wake the order if it waits.

        Raises PaymentUnsettled, also if that takes too long, StoreUnavailable, StoreConflict,
        OperationsUnavailable: the provider reports it again.
        """
        began = self.clock.now()
        try:
            payment = self.payments.look_up(reference)
            order = self.orders.get(order_of_key(payment.key))
        except (LedgerMismatch, OrderNotFound):
            return ReportAction.UNKNOWN
        if recorded_reference(order) != reference:
            # A payment that an earlier attempt prepared and never captured.
            return ReportAction.UNKNOWN

        changed = order
        current = _CurrentPayment(partial(self._look_up_again, reference))
        for record in _RECORDS:
            if record(changed, changed.updated_at, payment) is not None:
                decide = partial(self._decide, record, current, began)
                changed = self.orders.change(order.order_id, decide, seen=changed)
                current.keep(changed)
        if changed.sequence == order.sequence:
            return ReportAction.NOTHING
        if changed.notified:
            self._wake(order.order_id)
        return ReportAction.RECORDED

    def _look_up_again(self, reference: str) -> Payment:
        """The payment that was known a moment ago. Raises PaymentUnsettled also if it no longer is:
        the repeated report finds out which is true.
        """
        try:
            return self.payments.look_up(reference)
        except LedgerMismatch as error:
            raise PaymentUnsettled(f"known until now: {error.message}") from error

    def _decide(
        self, record: Record, current: _CurrentPayment, began: int, order: Order, now: int
    ) -> Change | None:
        """Make the change of a record by the current payment.

        Operations get their message before the change is written: if the write fails, the provider
        repeats its report, and operations get the message twice.
        """
        self._require_time(began, PATIENCE_MS)
        change = record(order, now, current.after(order))
        for event in change.events if change is not None else ():
            if event.kind in _METRICS:
                self._require_time(began, MESSAGE_PATIENCE_MS)
                amount_minor = int(event.detail["amount_minor"])
                self.operations.report_payment(order, event.kind, amount_minor)
                self.count(_METRICS[event.kind])
        return change

    def _require_time(self, began: int, patience_ms: int) -> None:
        if self.clock.now() > began + patience_ms:
            raise PaymentUnsettled("the report takes too long")

    def _wake(self, order_id: str) -> None:
        """Ring with the token that is stored after the change is durable. Best effort."""
        token = self.orders.get(order_id).wait_token
        if token is None:
            return
        try:
            self.engine.ring(token)
        except EngineUnavailable as error:
            self.recovered(error)
