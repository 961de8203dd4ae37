"""The end of an order: completion, or closing after compensation."""

from collections.abc import Mapping
from typing import Any

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.record.ledger import unsettled_effects
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.compensation import close
from lambdas.domain.steps.stock import complete
from lambdas.domain.task import Task
from lambdas.telemetry import count


@activity
def update_order_status(task: Task, deps: Dependencies) -> None:
    """Complete the order and sell its stock in one write. Raises OrderCancelled."""
    deps.orders.change_in_epoch(task, complete)
    count("OrderCompleted")


@activity
def close_order(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """End a compensated order, or report a stuck one to the operations queue. While a refund is
    pending, the outcome is `pending`. The outcome is `open` if the compensation has not begun: the
    janitor then compensates the order.
    """
    order = deps.orders.change_in_epoch(task, close)
    if order.ended and order.outcome:
        count(f"Order{order.outcome.capitalize()}")
    elif order.stage is Stage.COMPENSATING and not order.stuck:
        return {"stage": order.stage.value, "outcome": "pending", "result": None}
    elif order.stuck:
        count("CompensationStuck")
        deps.operations.report_stuck(order, unsettled_effects(order.ledger))
    outcome = order.outcome.value if order.outcome else "open"
    return {"stage": order.stage.value, "outcome": outcome, "result": order.result}
