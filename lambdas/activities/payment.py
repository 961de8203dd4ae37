"""Payment: capture the approved amount once, and refund it."""

from functools import partial

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import PaymentPending, PaymentUnsettled
from lambdas.domain.payments import CaptureResult, Payment, PaymentState, Pending, RefundPending
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import PAY, effect_key, owes
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.steps.compensation import begin_compensation, may_compensate, record_refund
from lambdas.domain.steps.payment import (
    approved_amount,
    payment_request,
    record_charge,
    record_reference,
    recorded_reference,
    require_captured,
    require_refunded,
)
from lambdas.domain.steps.settlement import (
    awaits_provider,
    is_overtaken,
    look_up_soon,
    record_pending,
)
from lambdas.domain.task import Task


@activity
def process_payment(task: Task, deps: Dependencies) -> None:
    """Capture the approved amount: prepare the payment, write its reference to the ledger, then
    capture. An attempt that finds a reference asks the provider for the state first: an earlier
    attempt may have captured. An order with a total of 0 is not sent to the provider.

    Raises PaymentDeclined, PaymentClosed, OrderCancelled, PaymentMismatch if the provider captured
    another amount, and PaymentPending if it settles the payment later: PaymentNotSettled after the
    deadline. An attempt that finds the order waiting for the provider does not record the capture:
    the execution that waits does.
    """
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    if order.charged:
        return
    order.require_forward(PAYING)
    if approved_amount(order).amount_minor:
        order = _capture(task, deps, order)

    def record(order: Order, now: int) -> Change | None:
        if awaits_provider(order, now) or is_overtaken(order, task.loops):
            return look_up_soon(order, now)
        return record_charge(order, now)

    if not deps.orders.change_in_epoch(task, record, seen=order).charged:
        raise PaymentPending("the payment is looked up again", order_id=order.order_id)


def _capture(task: Task, deps: Dependencies, order: Order) -> Order:
    """Capture the order's payment; returns the order with the reference on its ledger."""
    if recorded_reference(order) is None:
        order, result = _prepare_and_capture(task, deps, order)
    else:
        result = _look_up_or_capture(deps, order)
    if isinstance(result, Pending):
        _record_pending(task, deps, order, result.until)
    require_captured(order, result)
    return order


def _prepare_and_capture(
    task: Task, deps: Dependencies, order: Order
) -> tuple[Order, CaptureResult]:
    prepared = deps.payments.prepare(payment_request(order))
    record = partial(record_reference, reference=prepared)
    order = deps.orders.change_in_epoch(task, record, seen=order)
    if recorded_reference(order) in (None, prepared):
        return order, deps.payments.capture(prepared)
    # Another attempt recorded its payment first; the prepared one stays unused.
    return order, _look_up_or_capture(deps, order)


def _look_up_or_capture(deps: Dependencies, order: Order) -> CaptureResult:
    """The result of an earlier attempt, if it had one."""
    reference = recorded_reference(order) or ""
    return deps.payments.look_up(reference).result or deps.payments.capture(reference)


def _record_pending(
    task: Task, deps: Dependencies, order: Order, until: int | None = None
) -> Order:
    seen, timeout_ms = order, deps.settings.settlement_timeout_seconds * 1000

    def record(order: Order, now: int) -> Change | None:
        if is_overtaken(order, task.loops):
            return None
        return record_pending(order, now, seen=seen, until=until, timeout_ms=timeout_ms)

    return deps.orders.change_in_epoch(task, record, seen=seen)


@activity
def refund_payment(task: Task, deps: Dependencies) -> None:
    """Begin compensation, void the payment, and refund the outstanding amount: the captured amount
    minus earlier refunds, by this system or by a person at the provider, and minus lost disputes.
    If the provider settles the payment or a refund later, or the bank has not decided a dispute,
    that is recorded, and the order waits for it. Raises PaymentUnsettled if it is pending at its
    deadline.

    The payment is voided first, so that a delayed capture can no longer succeed.
    """

    def begin(order: Order, now: int) -> Change | None:
        if not may_compensate(order):
            return None
        return begin_compensation(order, now, error=task.failure)

    order = deps.orders.change_in_epoch(task, begin)
    if order.stage is not Stage.COMPENSATING or not owes(order.ledger, PAY):
        return
    undone = _undo(deps, order)
    if undone is None:
        pending = _record_pending(task, deps, order)
        if deps.clock.now() >= (pending.refund_pending_until or 0):
            raise PaymentUnsettled("the refund is pending for too long", order_id=order.order_id)
        return

    def record(order: Order, now: int) -> Change | None:
        if is_overtaken(order, task.loops):
            return look_up_soon(order, now)
        refunded_minor = max(undone.captured_minor - undone.lost_minor, 0)
        return record_refund(order, now, refunded_minor, lost_minor=undone.lost_minor)

    deps.orders.change_in_epoch(task, record, seen=order)


def _undo(deps: Dependencies, order: Order) -> Payment | None:
    """Void the payment and refund it. Returns the payment before the refund, or None while the
    payment, a refund or the bank's decision of a dispute is pending.

    Without a reference the payment is known by its key, as for the versions that recorded none.
    """
    approved = approved_amount(order)
    if not approved.amount_minor:
        return Payment(state=PaymentState.VOIDED, amount=approved)
    reference = recorded_reference(order) or effect_key(PAY, order.order_id)
    payment = deps.payments.void(reference)
    if payment.state is PaymentState.PENDING or payment.withheld_minor:
        return None
    is_pending = payment.refund_pending_minor > 0
    refundable_minor = payment.outstanding_minor - payment.refund_pending_minor
    if refundable_minor > 0:
        amount = Money(refundable_minor, payment.amount.currency)
        result = deps.payments.refund(_refund_id(order, payment), reference, amount)
        require_refunded(order, result)
        is_pending = is_pending or isinstance(result, RefundPending)
    return None if is_pending else payment


def _refund_id(order: Order, payment: Payment) -> str:
    """`refund:01J…`, with the number of earlier refunds if there are any: a provider returns the
    result of a failed refund again under its ID.
    """
    first = effect_key("refund", order.order_id)
    return f"{first}:{payment.refunds}" if payment.refunds else first
