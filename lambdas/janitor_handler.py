"""Lambda handlers of the janitor: the sweep by schedule, the fast path by event."""

from collections.abc import Mapping
from typing import Any

from lambdas.domain.errors import OrderNotFound
from lambdas.runtime import count, dependencies, flush_metrics, logger


def sweep(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001
    """Once a minute: look after every overdue order."""
    done = dependencies().janitor.sweep()
    for deed, times in done.items():
        count(f"Janitor-{deed}", times)
    flush_metrics()
    logger.info("swept", deeds=done)
    return done


def on_execution_stopped(event: Mapping[str, Any], context: object) -> dict[str, str]:  # noqa: ARG001
    """EventBridge: an execution failed, timed out or was stopped. Its name is `<order>-<epoch>`."""
    execution = str(event["detail"]["name"])
    order_id = execution.rpartition("-")[0]
    logger.append_keys(order_id=order_id)
    try:
        deed = dependencies().janitor.execution_stopped(order_id, execution)
    except OrderNotFound:
        deed = "nothing"
    flush_metrics()
    logger.info("execution stopped", execution=execution, deed=deed)
    return {"deed": deed}
