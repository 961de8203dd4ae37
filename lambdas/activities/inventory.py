"""Stock: reserve it, and give it back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lambdas.domain.approving import next_step
from lambdas.domain.reserving import release, reserve
from lambdas.domain.task import Task
from lambdas.runtime import Dependencies, activity


@activity
def reserve_stock(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Hold all lines or none, and begin the wait. Raises InsufficientStock, OrderCancelled."""
    timeout_ms = deps.settings.approval_timeout_seconds * 1000
    order = deps.orders.change_in_epoch(task, lambda order, now: reserve(order, now, timeout_ms))
    return asdict(next_step(order, deps.clock.now(), deps.pace, loops=0))


@activity
def release_stock(task: Task, deps: Dependencies) -> None:
    """Give back what the order holds; an order that holds nothing is fine."""
    deps.orders.change_in_epoch(task, release)
