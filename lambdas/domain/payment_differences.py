"""Differences between an order and its payment at the provider.

An open order is not compared: its payment may still change. A debt or dispute that the order has
recorded is no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lambdas.domain.payments import Payment, PaymentState
from lambdas.domain.record.ledger import PAY
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.payment import approved_amount
from lambdas.domain.steps.reported_payments import record_debt, record_disputes, settle_debt


class DifferenceKind(StrEnum):
    """How an order and a payment differ."""

    UNKNOWN_PAYMENT = "unknown-payment"
    """Money was captured, and no order has this payment."""
    MISSING_PAYMENT = "missing-payment"
    """The provider does not have the payment of the order."""
    NOT_CAPTURED = "not-captured"
    """The order is completed, and nothing was captured."""
    OTHER_AMOUNT = "other-amount"
    """The order is completed, and another amount or currency was captured than was approved."""
    REFUNDED = "refunded"
    """The order is completed, and the payment was refunded, at least in part."""
    REFUNDED_TOO_MUCH = "refunded-too-much"
    """More was returned than was captured: by refunds, lost disputes and outside the provider."""
    NOT_VOIDED = "not-voided"
    """The order was not completed, and its payment can still be captured."""
    DEBT_NOT_RECORDED = "debt-not-recorded"
    """The order was not completed, and the customer was charged and not refunded."""
    DEBT_REFUNDED = "debt-refunded"
    """The debt that the order has recorded was refunded at the provider, or by a lost dispute."""
    DISPUTE_NOT_RECORDED = "dispute-not-recorded"
    """The customer disputes the payment with the bank, or a dispute ended."""


NOT_REPORTED = frozenset(
    {
        DifferenceKind.DEBT_NOT_RECORDED,
        DifferenceKind.DEBT_REFUNDED,
        DifferenceKind.DISPUTE_NOT_RECORDED,
    }
)
"""Differences that a lost report of the provider causes. They are also recorded on the order."""
_OPEN = frozenset(
    {
        PaymentState.PREPARED,
        PaymentState.AUTHORISED,
        PaymentState.ACTION_REQUIRED,
        PaymentState.PENDING,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference, for the operators. `order_id` is empty if no order has the payment."""

    kind: DifferenceKind
    reference: str
    order_id: str
    currency: str
    captured_minor: int
    refunded_minor: int


def payment_reference(order: Order) -> str | None:
    """The reference under which the provider has the order's payment; None if it has none. Versions
    that recorded no reference used the key.
    """
    entry = order.ledger.get(PAY)
    if entry is None or not entry.amount_minor:
        return None
    return entry.reference or (entry.key if order.stage is Stage.COMPLETED else None)


def find_differences(
    order: Order | None, reference: str, payment: Payment | None
) -> tuple[DifferenceKind, ...]:
    """Compare an order with the payment `reference`. `order` is None if there is no order of the
    payment's key, `payment` is None if the provider does not have it.
    """
    if order is None or not _is_payment_of(order, reference):
        unknown = payment is not None and payment.captured_minor > 0
        return (DifferenceKind.UNKNOWN_PAYMENT,) if unknown else ()
    if not order.ended:
        return ()
    if payment is None:
        return (DifferenceKind.MISSING_PAYMENT,)
    of_end = _differences_of_completed if order.stage is Stage.COMPLETED else _differences_of_unpaid
    return (*of_end(order, payment), *_differences_of_ended(order, payment))


def _is_payment_of(order: Order, reference: str) -> bool:
    entry = order.ledger.get(PAY)
    return entry is not None and reference == (entry.reference or entry.key)


def _differences_of_completed(order: Order, payment: Payment) -> Iterator[DifferenceKind]:
    if not payment.captured_minor:
        yield DifferenceKind.NOT_CAPTURED
    elif Money(payment.captured_minor, payment.amount.currency) != approved_amount(order):
        yield DifferenceKind.OTHER_AMOUNT
    if payment.refunded_minor or payment.refund_pending_minor:
        yield DifferenceKind.REFUNDED


def _differences_of_unpaid(order: Order, payment: Payment) -> Iterator[DifferenceKind]:
    if payment.state in _OPEN:
        yield DifferenceKind.NOT_VOIDED
    if record_debt(order, order.updated_at, payment) is not None:
        yield DifferenceKind.DEBT_NOT_RECORDED
    if settle_debt(order, order.updated_at, payment) is not None:
        yield DifferenceKind.DEBT_REFUNDED


def _differences_of_ended(order: Order, payment: Payment) -> Iterator[DifferenceKind]:
    outside_minor = 0 if order.settlement is None else order.settlement.returned_minor
    returned_minor = payment.refunded_minor + payment.refund_pending_minor + payment.lost_minor
    if returned_minor + outside_minor > payment.captured_minor:
        yield DifferenceKind.REFUNDED_TOO_MUCH
    if record_disputes(order, order.updated_at, payment) is not None:
        yield DifferenceKind.DISPUTE_NOT_RECORDED
