"""Lambda handlers of the janitor: the sweep by schedule, the fast path by event."""

from collections.abc import Mapping
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.domain.errors import OrderError, OrderNotFound
from lambdas.janitor import JanitorAction
from lambdas.telemetry import count, flush_metrics, log_keys, logger, report_recovered


def sweep(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001
    """Once a minute: reconcile the overdue orders."""
    done = dependencies().janitor.sweep()
    _close_idle_stock(done)
    for action, times in done.items():
        count(f"Janitor-{action}", times)
    flush_metrics()
    logger.info("swept", actions=done)
    return done


def _close_idle_stock(done: dict[str, int]) -> None:
    """Settle the stock of SKUs that are no longer busy; what fails is done by the next sweep."""
    deps = dependencies()
    try:
        if closed := deps.stock_shards.close_idle(deps.clock.now()):
            done["stock-settled"] = closed
    except OrderError as error:
        report_recovered(error)


def on_execution_stopped(event: Mapping[str, Any], context: object) -> dict[str, str]:  # noqa: ARG001
    """EventBridge: an execution failed, timed out or was stopped. Its name is `<order>-<epoch>`."""
    execution = str(event["detail"]["name"])
    order_id = execution.rpartition("-")[0]
    with log_keys(order_id=order_id):
        try:
            action = dependencies().janitor.execution_stopped(order_id, execution)
        except OrderNotFound:
            action = JanitorAction.NOTHING
        count(f"Janitor-{action}")
        flush_metrics()
        logger.info("execution stopped", execution=execution, action=action)
    return {"action": action}
