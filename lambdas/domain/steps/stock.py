"""Stock: reserve, release and sell the units of an order, together with its stage."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lambdas.domain.errors import OrderMovedOn
from lambdas.domain.record.changes import Change, StockMove, StockMovement, make_change
from lambdas.domain.record.ledger import RESERVE, Effect, EffectState, effect_key, owes
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from lambdas.domain.steps.enrichment import with_findings


def reserve(
    order: Order,
    now: int,
    approval_timeout_ms: int,
    findings: Mapping[str, Any],
) -> Change | None:
    """Reserve all lines, record the findings of the enrichment, and begin the wait for approval;
    None if the lines are reserved.

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
        enrichment=with_findings(order.enrichment, findings),
        approval_deadline=now + approval_timeout_ms,
    )
    event = ("stock-reserved", {"units": sum(line.quantity for line in order.items)})
    return make_change(order, after, now, event, stock=_all_lines(order, StockMovement.HOLD))


def intend_hold(order: Order, now: int) -> Change | None:
    """Note that units may be held from now on: those of the lines, or those that the oldest pending
    signal adds. None if it is noted. It precedes the request to another service; a movement in
    the transaction of the record needs none.
    """
    held = order.ledger.get(RESERVE)
    if held is None:
        key = effect_key(RESERVE, order.order_id)
        intent = Effect(key=key, state=EffectState.INTENT, at=now)
    elif order.reserved and order.pending and held.holds_for != order.pending[0].signal_id:
        intent = replace(held, holds_for=order.pending[0].signal_id)
    else:
        return None
    return make_change(order, order.with_effect(RESERVE, intent), now)


def release_refused_units(order: Order, now: int) -> Change | None:
    """Release what another service may hold for an added line that was refused; None if nothing."""
    refused = order.refused_line
    if refused is None:
        return None
    held = replace(order.ledger[RESERVE], holds_for=None)
    move = StockMove(StockMovement.RELEASE, refused.sku or "", refused.quantity or 0)
    return make_change(order, order.with_effect(RESERVE, held), now, stock=(move,))


def release(order: Order, now: int) -> Change | None:
    """Release the stock of the order; None if it holds none (which is a success)."""
    if order.stage is not Stage.COMPENSATING or not owes(order.ledger, RESERVE):
        return None
    undone = order.ledger[RESERVE].with_state(EffectState.UNDONE, now)
    after = replace(order.with_effect(RESERVE, undone), reserved=False)
    units = sum(line.quantity for line in order.items)
    events = [("stock-released", {"units": units})] if order.reserved else []
    return make_change(order, after, now, *events, stock=_all_lines(order, StockMovement.RELEASE))


def complete(order: Order, now: int) -> Change | None:
    """Sell the reserved units and complete the order; None if it is completed.

    This write is the linearisation point between completion and cancel: each is refused after the
    other. Raises OrderCancelled, OrderMovedOn.
    """
    if order.stage is Stage.COMPLETED:
        return None
    order.require_forward(frozenset({Stage.STATUS_UPDATE}))
    if not (order.charged and order.reserved):
        raise OrderMovedOn("the order is not paid and reserved", order_id=order.order_id)
    after = replace(order, stage=Stage.COMPLETED)
    event = ("order-completed", {"total_minor": order.total.amount_minor})
    return make_change(order, after, now, event, stock=_all_lines(order, StockMovement.SELL))


def _all_lines(order: Order, movement: StockMovement) -> tuple[StockMove, ...]:
    return tuple(StockMove(movement, line.sku, line.quantity) for line in order.items)
