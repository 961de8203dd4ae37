"""Payment: charge the approved amount once, and give it back."""

from functools import partial

from lambdas.domain.changes import Change
from lambdas.domain.compensating import begin_compensation, refunded
from lambdas.domain.ledger import PAY, effect_key, owes
from lambdas.domain.order import Order
from lambdas.domain.paying import PAYING, approved_amount, charged
from lambdas.domain.stages import Stage
from lambdas.domain.task import Task
from lambdas.runtime import Dependencies, activity


@activity
def process_payment(task: Task, deps: Dependencies) -> None:
    """Charge under the order's key. The intent was written with the approval, so a lost answer is
    asked for again under the same key. Raises PaymentDeclined, PaymentClosed, OrderCancelled.
    """
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    if order.charged:
        return
    order.require_forward(PAYING)
    key = effect_key(PAY, task.order_id)
    deps.payments.charge(key, approved_amount(order), order.payment_method)
    deps.orders.change_in_epoch(task, charged, seen=order)


@activity
def refund_payment(task: Task, deps: Dependencies) -> None:
    """Begin compensation, then close the payment key and refund what it captured.

    Closing comes first: afterwards no charge that is still on its way can capture anything.
    """

    def begin(order: Order, now: int) -> Change | None:
        if order.ended or order.stage is Stage.COMPENSATING:
            return None
        return begin_compensation(order, now, error=task.failure)

    order = deps.orders.change_in_epoch(task, begin)
    if order.ended or not owes(order.ledger, PAY):
        return
    payment_key = effect_key(PAY, task.order_id)
    captured = deps.payments.close(payment_key)
    if captured:
        deps.payments.refund(effect_key("refund", task.order_id), payment_key, captured)
    deps.orders.change_in_epoch(
        task,
        partial(refunded, refunded_minor=captured),
        seen=order,
    )
