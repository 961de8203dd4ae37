"""Payment: charge the approved amount once, and refund it."""

from functools import partial

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import PAY, effect_key, owes
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.steps.compensation import begin_compensation, may_compensate, record_refund
from lambdas.domain.steps.payment import approved_amount, record_charge, require_approved
from lambdas.domain.task import Task


@activity
def process_payment(task: Task, deps: Dependencies) -> None:
    """Charge the payment with the order's key. The approval recorded the intent, so after a lost
    answer the retry repeats the charge with the same key. Raises PaymentDeclined, PaymentClosed,
    OrderCancelled, and PaymentMismatch if the provider captured another amount.
    """
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    if order.charged:
        return
    order.require_forward(PAYING)
    key = effect_key(PAY, task.order_id)
    captured = deps.payments.charge(key, approved_amount(order), order.payment_method)
    require_approved(order, captured)
    deps.orders.change_in_epoch(task, record_charge, seen=order)


@activity
def refund_payment(task: Task, deps: Dependencies) -> None:
    """Begin compensation, close the payment key, and refund the outstanding amount: the captured
    amount minus earlier refunds, by this system or by a person at the provider.

    The key is closed first, so that a delayed charge request can no longer capture.
    """

    def begin(order: Order, now: int) -> Change | None:
        if not may_compensate(order):
            return None
        return begin_compensation(order, now, error=task.failure)

    order = deps.orders.change_in_epoch(task, begin)
    if order.stage is not Stage.COMPENSATING or not owes(order.ledger, PAY):
        return
    payment_key = effect_key(PAY, task.order_id)
    closed = deps.payments.close(payment_key)
    if closed.outstanding_minor:
        refund_key = effect_key("refund", task.order_id)
        deps.payments.refund(refund_key, payment_key, closed.outstanding_minor)
    record = partial(record_refund, refunded_minor=closed.captured_minor)
    deps.orders.change_in_epoch(task, record, seen=order)
