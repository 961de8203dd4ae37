"""Stripe's objects as payments of the domain."""

from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.adapters.stripe.amounts import from_stripe
from lambdas.adapters.stripe.errors import decline_reason
from lambdas.domain.payments import (
    Dispute,
    DisputeState,
    Payment,
    PaymentState,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundResult,
)

StripeRecord = Mapping[str, Any]

_STATES = {
    "requires_payment_method": PaymentState.PREPARED,
    "requires_confirmation": PaymentState.PREPARED,
    "requires_action": PaymentState.ACTION_REQUIRED,
    "processing": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.VOIDED,
}
"""States of a payment by the status of a PaymentIntent. (docs.stripe.com, "PaymentIntent
lifecycle")
"""
_DISPUTES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "warning_closed": DisputeState.WON,
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "appeal_needs_response": DisputeState.OPEN,
    "appeal_under_review": DisputeState.OPEN,
    "prevented": DisputeState.WON,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
"""States of a dispute by its status. A prevented dispute is lost if Stripe withdrew money for it.
(docs.stripe.com/api/disputes/object)
"""
_PENDING_REFUNDS = ("pending", "requires_action")
_MOVING = ("charge", "refund", "dispute")
"""Kinds of objects that move the money of a payment. Each refers to its PaymentIntent."""


def payment_of(
    intent: StripeRecord,
    refunds: Iterable[StripeRecord] = (),
    disputes: Iterable[StripeRecord] = (),
) -> Payment:
    """The payment of a PaymentIntent, its refunds and its disputes (newest first, as Stripe lists
    them). A decline takes an intent back to `requires_payment_method`, with the error of the last
    attempt.
    """
    made, currency = list(refunds), intent["currency"]
    error = intent.get("last_payment_error") or {}
    status = intent["status"]
    declined = status == "requires_payment_method" and error
    return Payment(
        state=PaymentState.DECLINED if declined else _STATES[status],
        key=str((intent.get("metadata") or {}).get("payment_key", "")),
        amount=from_stripe(intent["amount"], currency),
        captured_minor=_minor(intent.get("amount_received") or 0, currency),
        refunded_minor=_minor(_total(made, ("succeeded",)), currency),
        refund_pending_minor=_minor(_total(made, _PENDING_REFUNDS), currency),
        refunds=len(made),
        disputes=tuple(_dispute(dispute, intent) for dispute in reversed(list(disputes))),
        reason=decline_reason(error.get("decline_code"), error.get("code")) if declined else "",
        action_url=_action_url(intent),
    )


def moved_payment(source: Any) -> tuple[str, Payment | None] | None:
    """The reference and the payment of the object that moved money, with its PaymentIntent
    expanded. Without the payment if its refunds or disputes have to be read; None if the money is
    not that of a payment, such as a payout. A charge without a PaymentIntent was made by another
    system.
    """
    if not isinstance(source, Mapping) or source["object"] not in _MOVING:
        return None
    intent, is_charge = source.get("payment_intent"), source["object"] == "charge"
    if intent is None:
        return (str(source["id"]), _charge_payment(source)) if is_charge else None
    if is_charge and not source["amount_refunded"] and not source.get("disputed"):
        return str(intent["id"]), payment_of(intent)
    return str(intent["id"]), None


def refund_result(refund: StripeRecord) -> RefundResult:
    """The result of a refund by its status."""
    status = refund["status"]
    if status == "succeeded":
        return Refunded()
    if status in _PENDING_REFUNDS:
        return RefundPending()
    return RefundFailed(str(refund.get("failure_reason") or status))


def _charge_payment(charge: StripeRecord) -> Payment:
    currency = charge["currency"]
    return Payment(
        state=PaymentState.CAPTURED,
        amount=from_stripe(charge["amount"], currency),
        captured_minor=_minor(charge["amount_captured"], currency),
        refunded_minor=_minor(charge["amount_refunded"], currency),
    )


def _total(refunds: Iterable[StripeRecord], statuses: tuple[str, ...]) -> int:
    return sum(refund["amount"] for refund in refunds if refund["status"] in statuses)


def _minor(amount: int, currency: str) -> int:
    return from_stripe(amount, currency).amount_minor


def is_disputed(intent: StripeRecord) -> bool:
    """Whether the expanded charge of a PaymentIntent was ever disputed."""
    charge = intent.get("latest_charge")
    return isinstance(charge, Mapping) and bool(charge.get("disputed"))


def _dispute(dispute: StripeRecord, intent: StripeRecord) -> Dispute:
    """A dispute as the provider knows it. A bank may return a part only; Stripe calls that lost,
    too, so the withdrawn amount counts. In another currency than the payment's, all of it counts.
    A status that is not known is open.
    """
    status, currency = dispute["status"], intent["currency"]
    amount = dispute["amount"] if dispute["currency"] == currency else intent["amount_received"]
    state = _DISPUTES.get(status, DisputeState.OPEN)
    moved = dispute.get("balance_transactions") or ()
    if status in ("lost", "prevented") and moved:
        withdrawn = -sum(int(one["amount"]) for one in moved)
        state = DisputeState.LOST if withdrawn > 0 else DisputeState.WON
        # An account may settle in another currency, whose amounts are not those of the payment.
        if all(one["currency"] == currency for one in moved):
            amount = withdrawn or amount
    return Dispute(
        dispute_id=str(dispute["id"]), state=state, amount_minor=_minor(amount, currency)
    )


def _action_url(intent: StripeRecord) -> str:
    action = intent.get("next_action") or {}
    return str((action.get("redirect_to_url") or {}).get("url") or "")
