"""Builders: an order at a stage, with every field that the stage implies."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from lambdas.domain.catalogue import Customer
from lambdas.domain.payment_differences import Difference, DifferenceKind
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import PAY, RESERVE, Effect, EffectState, effect_key
from lambdas.domain.record.order import Enrichment, Line, Order
from lambdas.domain.record.outside import OutsideSettlement, Settled
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.domain.steps.start import IdempotencyKey
from tests.support.fakes.fake_clock import NOW

APPROVAL_TIMEOUT_MS = 900_000
_numbers = count(1)
_UNTOUCHED = frozenset({Stage.START, Stage.ENRICHMENT})
_HOLDING = frozenset(Stage) - _UNTOUCHED - {Stage.RESERVE} - ENDS
_APPROVED = frozenset({Stage.PAYMENT, Stage.STATUS_UPDATE, Stage.NOTIFY, Stage.COMPLETED})


def an_order_id() -> str:
    """A new ULID; later ones sort after earlier ones."""
    return f"01KDVDNH00{next(_numbers):016d}"


def a_line(sku: str = "COFFEE-1KG", quantity: int = 2, unit_price_minor: int = 1250) -> Line:
    """Two bags of coffee, 25.00 together."""
    return Line(sku=sku, quantity=quantity, unit_price_minor=unit_price_minor)


def an_order(stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
    """Alice's order at `stage`; `total=` (minor units) makes it one unit at that price, any other
    name is a field of Order and replaces the value that the stage implies.
    """
    total = changes.pop("total", None)
    lines = (a_line(),) if total is None else (a_line(quantity=1, unit_price_minor=total),)
    started = Order(
        order_id=changes.get("order_id") or an_order_id(),
        customer_id="alice",
        requested_by="alice",
        currency="EUR",
        payment_method="pm_ok",
        version="v2",
        items=changes.get("items", lines),
        created_at=NOW,
        updated_at=NOW,
        next_check_at=NOW + 60_000,
        stage=stage,
        start_pending=stage is Stage.START,
    )
    return replace(started, **{**_implied(started), **changes})


def a_signal(kind: SignalKind = SignalKind.APPROVE_PAYMENT, **changes: Any) -> Signal:
    """A signal with the fields of its kind: revision 1, two red mugs, or a reason."""
    signal_id = changes.pop("signal_id", None) or an_order_id()
    return replace(
        Signal(signal_id=signal_id, kind=kind, at=NOW, **SIGNALS[kind]),
        **changes,
    )


def a_stuck_order() -> Order:
    """A charged order whose refund the provider refuses."""
    order = an_order(Stage.COMPENSATING, charged=True, compensation_attempts=3)
    pay = replace(_effect(order, PAY, EffectState.DONE), stuck=True)
    return order.with_effect(PAY, replace(pay, amount_minor=order.total.amount_minor))


def a_difference() -> Difference:
    """3.00 of a payment of 25.00 were refunded without the order."""
    return Difference(
        kind=DifferenceKind.REFUNDED,
        reference="pi_1",
        order_id="O1",
        currency="EUR",
        captured_minor=2500,
        refunded_minor=300,
    )


def a_settlement(**changes: Any) -> OutsideSettlement:
    """An operator's request to settle 25.00 that were refunded by bank transfer."""
    requested = OutsideSettlement(
        settlement_id="S",
        settled=Settled.REFUND_PAID,
        amount_minor=2500,
        currency="EUR",
        evidence="bank transfer 4711",
        requested_by="sub-operator2",
        requested_by_name="operator2",
        requested_at=NOW,
    )
    return replace(requested, **changes)


def a_customer(customer_id: str = "alice", tier: str = "gold") -> Customer:
    """A customer whose address and name must appear only in e-mails."""
    return Customer(
        customer_id=customer_id,
        tier=tier,
        email=f"{customer_id}@example.com",
        name=f"{customer_id.capitalize()} Example",
    )


def made(change: Change | None) -> Change:
    """The change, which must have been made."""
    assert change is not None
    return change


def a_key(key: str = "key-1", principal: str = "alice", fingerprint: str = "f1") -> IdempotencyKey:
    """An idempotency key for a start."""
    return IdempotencyKey(principal=principal, key=key, fingerprint=fingerprint)


SIGNALS: Mapping[SignalKind, Mapping[str, Any]] = {
    SignalKind.APPROVE_PAYMENT: {"actor": "approver1", "revision": 1},
    SignalKind.DECLINE_PAYMENT: {"actor": "approver1", "reason": "over budget"},
    SignalKind.CANCEL_ORDER: {"actor": "alice", "reason": "changed my mind"},
    SignalKind.ADD_LINE_ITEM: {"actor": "alice", "sku": "MUG-RED", "quantity": 2},
}
"""The sender and the fields of a valid signal of each kind."""


def fields_of(kind: SignalKind) -> dict[str, Any]:
    """The fields that a signal of this kind has in a request."""
    return {name: value for name, value in SIGNALS[kind].items() if name != "actor"}


def _implied(order: Order) -> dict[str, Any]:
    """The fields that every order at this stage has."""
    stage = order.stage
    fields: dict[str, Any] = {"ledger": _ledger(order)}
    if stage not in _UNTOUCHED:
        fields["enrichment"] = Enrichment(customer_tier="gold", inventory_ok=True)
    if RESERVE in fields["ledger"]:
        fields["approval_deadline"] = NOW + APPROVAL_TIMEOUT_MS
        fields["reserved"] = stage in _HOLDING or stage is Stage.COMPLETED
    if stage in _APPROVED:
        fields |= {"payment_approved": True}
        fields["charged"] = stage is not Stage.PAYMENT
    if stage is Stage.CANCELLED:
        fields |= {"cancelled": True, "last_error": "cancelled: changed my mind"}
    if stage in (Stage.FAILED, Stage.COMPENSATING):
        fields["last_error"] = "PaymentDeclined: insufficient funds"
    return fields


def _ledger(order: Order) -> dict[str, Effect]:
    stage = order.stage
    if stage in _UNTOUCHED or stage is Stage.RESERVE:
        return {}
    undone = stage in (Stage.CANCELLED, Stage.FAILED)
    reserve = _effect(order, RESERVE, EffectState.UNDONE if undone else EffectState.DONE)
    if stage not in _APPROVED:
        return {RESERVE: reserve}
    state = EffectState.INTENT if stage is Stage.PAYMENT else EffectState.DONE
    pay = replace(_effect(order, PAY, state), amount_minor=order.total.amount_minor)
    return {RESERVE: reserve, PAY: pay}


def _effect(order: Order, name: str, state: EffectState) -> Effect:
    return Effect(key=effect_key(name, order.order_id), state=state, at=NOW)
