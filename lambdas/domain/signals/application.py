"""Signal application: accepted signals are applied in order, one write each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from lambdas.domain.record.changes import Change, StockMove, StockMovement, make_change
from lambdas.domain.record.ledger import PAY, Effect, EffectState, effect_key
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import MAX_LINES, MAX_QUANTITY, Line, Order
from lambdas.domain.record.outcomes import DECLINED
from lambdas.domain.record.signals import Outcome, Signal, SignalKind, rejection
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from lambdas.domain.steps.compensation import begin_compensation

OUT_OF_STOCK = "insufficient stock"
CAP_REACHED = "the customer's open orders have too many units"


def applies(order: Order) -> bool:
    """True while a pending signal can be applied: before the wait begins, only a cancel is."""
    return bool(order.pending) and (order.cancelling or order.stage not in BEFORE_RESERVE)


def apply_next(
    order: Order, now: int, prices: Mapping[str, Price], *, refusal: str | None = None
) -> Change:
    """Apply the oldest pending signal. `prices` holds the current price of the SKU it adds, if
    any. `refusal`: why the units that it adds were refused (OUT_OF_STOCK, CAP_REACHED).
    """
    signal = order.pending[0]
    is_cancel = signal.kind is SignalKind.CANCEL_ORDER
    waits = order.stage is Stage.AWAITING_APPROVAL and not order.cancelling
    if not waits and not (is_cancel and order.stage is not Stage.COMPENSATING):
        return _settle(order, now, signal, Outcome.SUPERSEDED)
    match signal.kind:
        case SignalKind.CANCEL_ORDER:
            return begin_compensation(order, now, error="")
        case SignalKind.APPROVE_PAYMENT:
            return _approve(order, now, signal)
        case SignalKind.DECLINE_PAYMENT:
            error = f"{DECLINED}: {signal.reason}"
            return begin_compensation(order, now, error=error, cancelled=True, ended_by=signal)
        case SignalKind.ADD_LINE_ITEM:
            if refusal is not None:
                return _settle(order, now, signal, rejection(refusal))
            return _add_line(order, now, signal, prices)
        case _:
            assert_never(signal.kind)


def _approve(order: Order, now: int, signal: Signal) -> Change:
    """Record the amount that the approver saw as a payment intent; otherwise the approval is stale.

    The checks of the admission are repeated here: the actor may have added a line since, or the
    lines may have changed to the revision that the approval names. A large total waits for a
    second approver.
    """
    if signal.revision != order.revision:
        return _settle(order, now, signal, Outcome.STALE)
    amount = order.total.amount_minor
    refusal = _approval_refusal(order, signal, amount)
    if refusal is not None:
        return _settle(order, now, signal, rejection(refusal))
    if _needs_second(order, signal, amount):
        return _settle(order, now, signal, Outcome.FIRST_APPROVAL)
    intent = Effect(
        key=effect_key(PAY, order.order_id), state=EffectState.INTENT, at=now, amount_minor=amount
    )
    approved = replace(
        order.with_effect(PAY, intent),
        stage=Stage.PAYMENT,
        payment_approved=True,
    )
    return _settle(order, now, signal, Outcome.APPLIED, after=approved)


def _approval_refusal(order: Order, signal: Signal, amount: int) -> str | None:
    if order.is_requester(signal.sender):
        return "the requester cannot approve the order"
    if signal.limit_minor is not None and amount > signal.limit_minor:
        return "the total is above the limit of the approver"
    if _needs_second(order, signal, amount) and order.has_approved(signal.sender):
        return "another approver must approve the order"
    return None


def _needs_second(order: Order, signal: Signal, amount: int) -> bool:
    """Whether the total needs two approvers, and no other one has approved it yet."""
    if signal.alone_minor is None or amount <= signal.alone_minor:
        return False
    return all(signal.sender.is_any_of({approval.actor}) for approval in order.approvals)


def _add_line(order: Order, now: int, signal: Signal, prices: Mapping[str, Price]) -> Change:
    sku, quantity = signal.sku or "", signal.quantity or 0
    refusal = _refusal(order, sku, quantity, prices.get(sku))
    if refusal is not None:
        return _settle(order, now, signal, rejection(refusal))
    grown = replace(
        order, items=_with_units(order, sku, quantity, prices), revision=order.revision + 1
    )
    move = StockMove(StockMovement.HOLD, sku, quantity)
    return _settle(order, now, signal, Outcome.APPLIED, after=grown, stock=(move,))


def _refusal(order: Order, sku: str, quantity: int, price: Price | None) -> str | None:
    line = order.line(sku)
    if price is None:
        return "unknown SKU"
    if price.currency != order.currency:
        return f"priced in {price.currency}, the order is in {order.currency}"
    if line is None and len(order.items) >= MAX_LINES:
        return f"more than {MAX_LINES} distinct SKUs"
    if (line.quantity if line else 0) + quantity > MAX_QUANTITY:
        return f"more than {MAX_QUANTITY} units of one SKU"
    return None


def _with_units(
    order: Order, sku: str, quantity: int, prices: Mapping[str, Price]
) -> tuple[Line, ...]:
    """The lines with more units of a SKU; a line keeps the price that it was quoted at."""
    if order.line(sku) is None:
        price = prices[sku].unit_price_minor
        return (*order.items, Line(sku=sku, quantity=quantity, unit_price_minor=price))
    return tuple(
        replace(line, quantity=line.quantity + quantity) if line.sku == sku else line
        for line in order.items
    )


def _settle(
    order: Order,
    now: int,
    signal: Signal,
    outcome: str,
    *,
    after: Order | None = None,
    stock: tuple[StockMove, ...] = (),
) -> Change:
    settled = replace(
        after or order,
        applied=order.applied + 1,
        outcomes={**order.outcomes, signal.signal_id: str(outcome)},
    )
    detail = {"signal_id": signal.signal_id, "signal": signal.kind.value, "outcome": str(outcome)}
    return make_change(order, settled, now, ("signal-settled", detail), stock=stock)
