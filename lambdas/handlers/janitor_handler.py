"""Lambda handlers of the janitor: the sweep by schedule, the fast path by event."""

from collections.abc import Mapping
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.domain.errors import OrderError, OrderNotFound
from lambdas.handlers.event_fields import read_field
from lambdas.services.janitor import JanitorAction
from lambdas.telemetry import count, flush_metrics, log_keys, logger, measure, report_recovered

_EXPECTED = 'an event of Step Functions about an execution: `{"detail": {"name": "…"}}`'


def sweep(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001
    """Once a minute: reconcile the overdue orders."""
    done = dependencies().janitor_sweep.run()
    _close_idle_stock(done)
    _measure_oldest_order()
    for action, times in done.items():
        count(f"Janitor-{action}", times)
    flush_metrics()
    logger.info("swept", actions=done)
    return done


def _close_idle_stock(done: dict[str, int]) -> None:
    """Settle the stock of SKUs that are no longer busy; what fails is done by the next sweep."""
    deps = dependencies()
    if deps.stock_shards is None:
        return
    try:
        if closed := deps.stock_shards.close_idle(deps.clock.now()):
            done["stock-settled"] = closed
    except OrderError as error:
        report_recovered(error)


def _measure_oldest_order() -> None:
    """Record the age of the oldest open order; 0 if no order is open."""
    deps = dependencies()
    try:
        open_orders = deps.index.open_versions(at_most=1).orders.values()
        oldest = min((version.oldest for version in open_orders), default=None)
        age_ms = 0 if oldest is None else deps.clock.now() - deps.orders.get(oldest).created_at
    except OrderError as error:
        report_recovered(error)
        return
    measure("OldestOpenOrderSeconds", age_ms / 1000)


def on_execution_stopped(event: Mapping[str, Any], context: object) -> dict[str, str]:  # noqa: ARG001
    """EventBridge: an execution failed, timed out or was stopped. Its name is `<order>-<epoch>`.

    Raises MalformedEvent.
    """
    execution = read_field(event, "detail.name", str, _EXPECTED)
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
