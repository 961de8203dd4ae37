"""Reports of the payment provider: each names a payment that changed, and nothing else is believed.

The payment is looked up, and compared with the order. So a report that is repeated, late or
overtaken by another one has no effect, and one that is forged neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import EngineUnavailable, LedgerMismatch, OrderError, OrderNotFound
from lambdas.domain.payments import Payment, PaymentGateway
from lambdas.domain.record.order import Order
from lambdas.domain.steps.payment import order_of_key, recorded_reference
from lambdas.domain.steps.reported_payments import record_debt, record_dispute, settle_debt
from lambdas.domain.steps.settlement import notify_if_settled
from lambdas.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import OperationsQueue, WorkflowEngine


class ReportAction(StrEnum):
    """What a report led to."""

    RECORDED = "recorded"
    NOTHING = "nothing"
    """the order agrees with the provider"""
    UNKNOWN = "unknown"
    """no order has this payment"""


_PROBLEMS = {"payment-disputed": record_dispute, "refund-failed": record_debt}
_METRICS = {"payment-disputed": "PaymentDisputed", "refund-failed": "RefundFailedLater"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReports:
    """Compares payments with their orders. `recovered` logs an error that the janitor repairs,
    `count` counts a metric.
    """

    orders: OrderWriter
    payments: PaymentGateway
    engine: "WorkflowEngine"
    operations: "OperationsQueue"
    count: Callable[[str], None]
    recovered: Callable[[OrderError], None]

    def receive(self, reference: str) -> ReportAction:
        """Look a payment up, record its change on the order, and wake the order if it waits.

        Raises PaymentUnsettled, StoreUnavailable, StoreConflict, OperationsUnavailable: the
        provider reports it again.
        """
        try:
            payment = self.payments.look_up(reference)
            order = self.orders.get(order_of_key(payment.key))
        except (LedgerMismatch, OrderNotFound):
            return ReportAction.UNKNOWN
        if recorded_reference(order) != reference:
            # A payment that an earlier attempt prepared and never captured.
            return ReportAction.UNKNOWN

        self._report_problems(order, payment)
        changed = order
        for record in (record_dispute, record_debt, settle_debt, notify_if_settled):
            decide = partial(record, payment=payment)
            changed = self.orders.change(order.order_id, decide, seen=changed)
        if changed.sequence == order.sequence:
            return ReportAction.NOTHING
        self._wake(order.order_id)
        return ReportAction.RECORDED

    def _report_problems(self, order: Order, payment: Payment) -> None:
        """Report what will be recorded, to operations. Before it is recorded: if the record cannot
        be written, the provider repeats its report, and operations get the message twice.
        """
        for problem, record in _PROBLEMS.items():
            change = record(order, order.updated_at, payment)
            if change is not None:
                amount_minor = int(change.events[0].detail["amount_minor"])
                self.operations.report_payment(order, problem, amount_minor)
                self.count(_METRICS[problem])

    def _wake(self, order_id: str) -> None:
        """Ring with the token that is stored after the change is durable. Best effort."""
        token = self.orders.get(order_id).wait_token
        if token is None:
            return
        try:
            self.engine.ring(token)
        except EngineUnavailable as error:
            self.recovered(error)
