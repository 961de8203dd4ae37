"""Enrichment: three activities that read. The state carries their findings to ReserveStock."""

from collections.abc import Mapping
from typing import Any

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import CustomerUnknown
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import BEFORE_RESERVE
from lambdas.domain.task import Task

MAX_RECOMMENDATIONS = 5


@activity
def fetch_inventory_snapshot(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Whether the stock covers every line. This is only a hint: ReserveStock decides."""
    order = _order(task, deps)
    stock = deps.catalogue.stock([line.sku for line in order.items])
    ok = all(
        line.sku in stock and stock[line.sku].available >= line.quantity for line in order.items
    )
    return {"inventory_ok": ok}


@activity
def fetch_customer_profile(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """The customer's tier. Raises CustomerUnknown."""
    order = _order(task, deps)
    customer = deps.customers.find(order.customer_id)
    if customer is None:
        raise CustomerUnknown("the customer's record is gone", order_id=task.order_id)
    return {"customer_tier": customer.tier}


@activity
def fetch_recommendations(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """At most five related SKUs that are in stock, best first."""
    order = _order(task, deps)
    ordered = [line.sku for line in order.items]
    levels = deps.catalogue.stock(ordered)
    related = [sku for level in levels.values() for sku in level.related if sku not in ordered]
    candidates = list(dict.fromkeys(related))[: 2 * MAX_RECOMMENDATIONS]
    in_stock = deps.catalogue.stock(candidates) if candidates else {}
    best = [s for s in candidates if s in in_stock and in_stock[s].available > 0]
    return {"recommendations": best[:MAX_RECOMMENDATIONS]}


def _order(task: Task, deps: Dependencies) -> Order:
    """The order, if this execution may enrich it. Raises StaleEpoch, OrderCancelled, OrderMovedOn.

    Nothing is written here, so ReserveStock detects a cancel that arrives later.
    """
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    order.require_forward(BEFORE_RESERVE)
    return order
