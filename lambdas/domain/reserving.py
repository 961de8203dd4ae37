"""Stock and stage move together: holding, releasing and selling the units of an order."""

from dataclasses import replace

from lambdas.domain.changes import Change, StockMove, StockMovement, change
from lambdas.domain.errors import OrderMovedOn
from lambdas.domain.ledger import RESERVE, Effect, EffectState, effect_key, owes
from lambdas.domain.order import Order
from lambdas.domain.stages import BEFORE_RESERVE, Stage


def reserve(order: Order, now: int, approval_timeout_ms: int) -> Change | None:
    """Hold every line's units and begin the wait for approval; None when that was done before.

    The approval deadline is set here, once, and never moves. Raises OrderCancelled, OrderMovedOn.
    """
    if order.reserved:
        return None
    order.require_forward(BEFORE_RESERVE)
    held = Effect(key=effect_key(RESERVE, order.order_id), state=EffectState.DONE, at=now)
    after = replace(
        order.with_effect(RESERVE, held),
        stage=Stage.AWAITING_APPROVAL,
        reserved=True,
        approval_deadline=now + approval_timeout_ms,
    )
    told = ("stock-reserved", {"units": sum(line.quantity for line in order.items)})
    return change(order, after, now, told, stock=_all_lines(order, StockMovement.HOLD))


def release(order: Order, now: int) -> Change | None:
    """Give back what the order holds; None when it holds nothing (which is a success)."""
    if order.stage is not Stage.COMPENSATING or not owes(order.ledger, RESERVE):
        return None
    undone = order.ledger[RESERVE].moved(EffectState.UNDONE, now)
    after = replace(order.with_effect(RESERVE, undone), reserved=False)
    told = ("stock-released", {"units": sum(line.quantity for line in order.items)})
    return change(order, after, now, told, stock=_all_lines(order, StockMovement.RELEASE))


def complete(order: Order, now: int) -> Change | None:
    """Sell the held units and complete the order; None when it was completed before.

    This write decides between completion and cancel: it needs that no cancel was accepted, and a
    cancel needs that this was not written. Raises OrderCancelled, OrderMovedOn.
    """
    if order.stage is Stage.COMPLETED:
        return None
    order.require_forward(frozenset({Stage.STATUS_UPDATE}))
    if not (order.charged and order.reserved):
        raise OrderMovedOn("the order is not paid and reserved", order_id=order.order_id)
    after = replace(order, stage=Stage.COMPLETED)
    told = ("order-completed", {"total_minor": order.total.amount_minor})
    return change(order, after, now, told, stock=_all_lines(order, StockMovement.SELL))


def _all_lines(order: Order, movement: StockMovement) -> tuple[StockMove, ...]:
    return tuple(StockMove(movement, line.sku, line.quantity) for line in order.items)
