"""Payment: the approved amount is charged once, under one key."""

from dataclasses import replace

from lambdas.domain.errors import OrderMovedOn, PaymentMismatch, ProviderUnavailable
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.steps.compensation import begin_compensation

GIVEN_UP = ProviderUnavailable.__name__
"""The error after which a payment may be given up: the provider says that nothing happened."""


def approved_amount(order: Order) -> Money:
    """The amount that was frozen by the approval. Raises OrderMovedOn without an approval."""
    intent = order.ledger.get(PAY)
    if intent is None or intent.amount_minor is None:
        raise OrderMovedOn("no payment was approved", order_id=order.order_id)
    return Money(intent.amount_minor, order.currency)


def require_approved(order: Order, captured: Money) -> None:
    """Raise PaymentMismatch unless the approved amount was captured: an order is never completed at
    another price, so this one is compensated.
    """
    approved = approved_amount(order)
    if captured != approved:
        raise PaymentMismatch(
            f"the provider captured {captured} instead of {approved}", order_id=order.order_id
        )


def record_charge(order: Order, now: int) -> Change | None:
    """Record the capture; None if it is recorded. A pending cancel does not prevent this write: the
    ledger must be correct, and the next step starts compensation.

    Raises OrderMovedOn if the order left the payment stage (compensation closes the key then).
    """
    if order.charged:
        return None
    if order.stage not in PAYING:
        raise OrderMovedOn(f"the order is in stage {order.stage}", order_id=order.order_id)
    entry = order.ledger[PAY].moved(EffectState.DONE, now)
    after = replace(order.with_effect(PAY, entry), charged=True, stage=Stage.STATUS_UPDATE)
    return make_change(
        order, after, now, ("payment-captured", {"amount_minor": entry.amount_minor or 0})
    )


def give_up(order: Order, now: int, failure: str, timeout_ms: int) -> Change | None:
    """Start compensation of an approved order that the provider did not charge before the payment
    deadline. None before the deadline, and for every other failure: after a lost response the
    order may be charged, and an outage of AWS never ends an order. `failure` is the error of the
    last attempt.
    """
    if order.stage is not Stage.PAYMENT or not failure.startswith(GIVEN_UP):
        return None
    approved_at = order.ledger[PAY].at
    return None if now < approved_at + timeout_ms else begin_compensation(order, now, error=failure)
