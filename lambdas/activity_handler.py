"""The decorator `activity`: makes a Lambda handler of an activity."""

from collections.abc import Callable, Mapping
from functools import wraps
from time import perf_counter
from typing import Any

from lambdas.dependencies import Dependencies, dependencies
from lambdas.domain.errors import ActivityDefect, OrderError
from lambdas.domain.task import Task
from lambdas.telemetry import (
    add_log_keys,
    count,
    count_defect,
    count_failed_invocation,
    flush_metrics,
    log_keys,
    logger,
    metrics,
    milliseconds_since,
    note_trace,
    noted_order,
    request_id,
)

Step = Callable[[Task, Dependencies], Mapping[str, Any] | None]
Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


def activity(step: Step) -> Handler:
    """Make a Lambda handler of an activity: parse the event, run the activity, raise typed errors,
    and log each run in one line.

    Step Functions receives a typed error with its class name, without traceback or cause: the
    content of a history must be safe to show. The traceback is in the log.
    """

    @wraps(step)
    def handler(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
        return _handle(step, event, context)

    return handler


def _handle(step: Step, event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    metrics.set_default_dimensions(activity=step.__name__)
    state = "".join(word.capitalize() for word in step.__name__.split("_"))
    with log_keys(state=state, request_id=request_id(context)):
        return _run(step, state, event, context)


def _run(step: Step, state: str, event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    begun = perf_counter()
    result: dict[str, Any] = {"outcome": "ok"}
    try:
        task = Task.parse(event)
        add_log_keys(
            order_id=task.order_id,
            execution=task.execution,
            epoch=task.epoch,
            attempt=task.attempt,
        )
        deps = dependencies()
        with deps.tracing.serve(state, task.traceparent, _span_attributes(task, context)) as span:
            note_trace(deps.tracing.traceparent())
            try:
                return step(task, deps) or {}
            finally:
                span.update(noted_order())
    except Exception as error:  # noqa: BLE001  # logged, an unexpected one with its traceback
        typed = _as_order_error(error, context)
        _count(typed, context)
        result = {"outcome": type(typed).__name__, "reason": typed.message}
        raise typed from None
    finally:
        logger.info("activity ended", **result, duration_ms=milliseconds_since(begun))
        flush_metrics()


def _span_attributes(task: Task, context: object) -> Mapping[str, Any]:
    """(Semantic conventions, "FaaS") Those of orders begin with `order.`."""
    return {
        "faas.trigger": "other",
        "faas.invocation_id": request_id(context),
        "order.epoch": task.epoch,
        "order.attempt": task.attempt,
    }


def _as_order_error(error: Exception, context: object) -> OrderError:
    """The typed error for Step Functions. An unexpected error is logged with its traceback."""
    if isinstance(error, OrderError):
        return error.with_traceback(None)
    logger.exception("activity failed unexpectedly")
    return ActivityDefect(f"unexpected error, see the log of {request_id(context)}")


def _count(error: OrderError, context: object) -> None:
    count(type(error).__name__)
    if isinstance(error, ActivityDefect):
        count_defect()
    count_failed_invocation(getattr(context, "function_version", "unknown"))
