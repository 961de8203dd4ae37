"""Reports of the payment provider: each names a payment that changed, and nothing else is believed.

The payment is looked up, and compared with the order. So a report that is repeated, late or
overtaken by another one has no effect, and one that is forged neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lambdas.domain.errors import EngineUnavailable, LedgerMismatch, OrderError, OrderNotFound
from lambdas.domain.payments import PaymentGateway
from lambdas.domain.ports import WorkflowEngine
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from lambdas.domain.steps.payment import order_of_key, recorded_reference
from lambdas.domain.steps.settlement import notify_if_settled
from lambdas.order_writer import OrderWriter


class ReportAction(StrEnum):
    """What a report led to."""

    RECORDED = "recorded"
    NOTHING = "nothing"
    """the order agrees with the provider"""
    UNKNOWN = "unknown"
    """no order has this payment"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReports:
    """Compares payments with their orders. `recovered` logs an error that the janitor repairs."""

    orders: OrderWriter
    payments: PaymentGateway
    engine: WorkflowEngine
    recovered: Callable[[OrderError], None]

    def receive(self, reference: str) -> ReportAction:
        """Look a payment up, record its change on the order, and wake the order if it waits.

        Raises PaymentUnsettled, StoreUnavailable, StoreConflict: the provider reports it again.
        """
        try:
            payment = self.payments.look_up(reference)
            order = self.orders.get(order_of_key(payment.key))
        except (LedgerMismatch, OrderNotFound):
            return ReportAction.UNKNOWN
        if recorded_reference(order) != reference:
            # A payment that an earlier attempt prepared and never captured.
            return ReportAction.UNKNOWN

        def decide(current: Order, now: int) -> Change | None:
            return notify_if_settled(current, now, payment)

        changed = self.orders.change(order.order_id, decide, seen=order)
        if changed.sequence == order.sequence:
            return ReportAction.NOTHING
        self._wake(order.order_id)
        return ReportAction.RECORDED

    def _wake(self, order_id: str) -> None:
        """Ring with the token that is stored after the change is durable. Best effort."""
        token = self.orders.get(order_id).wait_token
        if token is None:
            return
        try:
            self.engine.ring(token)
        except EngineUnavailable as error:
            self.recovered(error)
