"""Stock: reserve and release it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.steps.stock import release, reserve
from lambdas.domain.steps.wait import next_step
from lambdas.domain.task import Task


@activity
def reserve_stock(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Reserve all lines or none, with the findings of the enrichment; open the wait for approval.

    Raises InsufficientStock, OrderCancelled.
    """
    timeout_ms = deps.settings.approval_timeout_seconds * 1000
    order = deps.orders.change_in_epoch(
        task, lambda order, now: reserve(order, now, timeout_ms, task.findings)
    )
    return asdict(next_step(order, deps.clock.now(), deps.wait_policy, loops=0))


@activity
def release_stock(task: Task, deps: Dependencies) -> None:
    """Release the stock that the order holds. Does nothing if it holds none."""
    deps.orders.change_in_epoch(task, release)
