"""Enrichment: three activities, each of which records one finding on the order."""

from functools import partial

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import CustomerUnknown
from lambdas.domain.steps.enrichment import record_finding
from lambdas.domain.task import Task

MAX_RECOMMENDATIONS = 5


@activity
def fetch_inventory_snapshot(task: Task, deps: Dependencies) -> None:
    """Record whether the stock covers every line. This is only a hint: ReserveStock decides."""
    order = deps.orders.get(task.order_id)
    stock = deps.catalogue.stock([line.sku for line in order.items])
    ok = all(
        line.sku in stock and stock[line.sku].available >= line.quantity for line in order.items
    )
    record = partial(record_finding, inventory_ok=ok)
    deps.orders.change_in_epoch(task, record, seen=order)


@activity
def fetch_customer_profile(task: Task, deps: Dependencies) -> None:
    """Record the customer's tier. Raises CustomerUnknown."""
    order = deps.orders.get(task.order_id)
    customer = deps.customers.find(order.customer_id)
    if customer is None:
        raise CustomerUnknown("the customer's record is gone", order_id=task.order_id)
    record = partial(record_finding, customer_tier=customer.tier)
    deps.orders.change_in_epoch(task, record, seen=order)


@activity
def fetch_recommendations(task: Task, deps: Dependencies) -> None:
    """Record at most five related SKUs that are in stock, best first."""
    order = deps.orders.get(task.order_id)
    ordered = [line.sku for line in order.items]
    levels = deps.catalogue.stock(ordered)
    related = [sku for level in levels.values() for sku in level.related if sku not in ordered]
    candidates = list(dict.fromkeys(related))[: 2 * MAX_RECOMMENDATIONS]
    in_stock = deps.catalogue.stock(candidates) if candidates else {}
    best = tuple(s for s in candidates if s in in_stock and in_stock[s].available > 0)
    record = partial(record_finding, recommendations=best[:MAX_RECOMMENDATIONS])
    deps.orders.change_in_epoch(task, record, seen=order)
