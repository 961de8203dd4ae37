"""Payment: the approved amount is captured once, under the reference on the ledger."""

from dataclasses import replace
from typing import assert_never

from lambdas.domain.errors import (
    OrderMovedOn,
    PaymentClosed,
    PaymentDeclined,
    PaymentMismatch,
    PaymentPending,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    ActionRequired,
    Captured,
    CaptureResult,
    Declined,
    PaymentRequest,
    Pending,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundResult,
    Voided,
)
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import PAY, EffectState, effect_key
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import PAYING, Stage


def payment_request(order: Order) -> PaymentRequest:
    """The payment of the approved amount. Raises OrderMovedOn without an approval."""
    return PaymentRequest(
        key=effect_key(PAY, order.order_id),
        customer_id=order.customer_id,
        amount=approved_amount(order),
        payment_method=order.payment_method,
    )


def order_of_key(key: str) -> str:
    """The id of the order whose payment has this key; "" if it is the key of no order."""
    effect, _, order_id = key.partition(":")
    return order_id if effect == PAY else ""


def approved_amount(order: Order) -> Money:
    """The amount that was frozen by the approval. Raises OrderMovedOn without an approval."""
    intent = order.ledger.get(PAY)
    if intent is None or intent.amount_minor is None:
        raise OrderMovedOn("no payment was approved", order_id=order.order_id)
    return Money(intent.amount_minor, order.currency)


def recorded_reference(order: Order) -> str | None:
    """The provider's reference of the order's payment, if one is on the ledger."""
    entry = order.ledger.get(PAY)
    return None if entry is None else entry.reference


def record_reference(order: Order, now: int, reference: str) -> Change | None:
    """Record the reference of the prepared payment, before any money moves; None if another
    attempt recorded one first. Raises OrderCancelled, OrderMovedOn: a payment whose reference is
    not on the ledger is never captured, so compensation has nothing to undo there.
    """
    if order.charged:
        return None
    order.require_forward(PAYING)
    if recorded_reference(order) is not None:
        return None
    entry = replace(order.ledger[PAY], reference=reference)
    return make_change(order, order.with_effect(PAY, entry), now)


def require_captured(order: Order, result: CaptureResult) -> None:
    """Raise the error of a payment that is not captured, or captured another amount than the
    approved one: an order is never completed at another price, so this one is compensated.
    """
    match result:
        case Captured(amount):
            _require_approved(order, amount)
        case Declined(reason):
            raise PaymentDeclined(reason, order_id=order.order_id)
        case ActionRequired():
            raise PaymentDeclined(
                "the bank asks the customer to authenticate", order_id=order.order_id
            )
        case Voided():
            raise PaymentClosed("the payment was voided", order_id=order.order_id)
        case Pending():
            raise PaymentPending("the payment is pending", order_id=order.order_id)
        case _:
            assert_never(result)


def _require_approved(order: Order, captured: Money) -> None:
    approved = approved_amount(order)
    if captured != approved:
        raise PaymentMismatch(
            f"the provider captured {captured} instead of {approved}", order_id=order.order_id
        )


def require_refunded(order: Order, result: RefundResult) -> None:
    """Raise the error of a refund that was refused; compensation then continues later."""
    match result:
        case Refunded() | RefundPending():
            return
        case RefundFailed(reason):
            raise ProviderUnavailable(f"the refund failed: {reason}", order_id=order.order_id)
        case _:
            assert_never(result)


def record_charge(order: Order, now: int) -> Change | None:
    """Record the capture; None if it is recorded. A pending cancel does not prevent this write: the
    ledger must be correct, and the next step starts compensation.

    Raises OrderMovedOn if the order left the payment stage (compensation voids the payment then).
    """
    if order.charged:
        return None
    if order.stage not in PAYING:
        raise OrderMovedOn(f"the order is in stage {order.stage}", order_id=order.order_id)
    entry = order.ledger[PAY].with_state(EffectState.DONE, now)
    after = replace(order.with_effect(PAY, entry), charged=True, stage=Stage.STATUS_UPDATE)
    return make_change(
        order, after, now, ("payment-captured", {"amount_minor": entry.amount_minor or 0})
    )
