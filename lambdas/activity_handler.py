"""The decorator `activity`: makes a Lambda handler of an activity."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from lambdas.dependencies import Dependencies, dependencies
from lambdas.domain.errors import ActivityDefect, OrderError
from lambdas.domain.task import Task
from lambdas.telemetry import (
    count_defect,
    count_failed_invocation,
    flush_metrics,
    logger,
    metrics,
    report_refused,
)

Step = Callable[[Task, Dependencies], Mapping[str, Any] | None]
Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


def activity(step: Step) -> Handler:
    """Make a Lambda handler of an activity: parse the event, add the order to the log, run the
    activity, and raise typed errors.

    Step Functions receives a typed error with its class name, without traceback or cause: the
    content of a history must be safe to show. The traceback is in the log.
    """

    @wraps(step)
    def handler(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
        metrics.set_default_dimensions(activity=step.__name__)
        try:
            task = Task.parse(event)
            logger.append_keys(activity=step.__name__, order_id=task.order_id, epoch=task.epoch)
            return step(task, dependencies()) or {}
        except Exception as error:  # noqa: BLE001  # logged, an unexpected one with its traceback
            raise _reported(error, context) from None
        finally:
            flush_metrics()
            logger.remove_keys(["activity", "order_id", "epoch"])

    handler.activity_name = step.__name__  # type: ignore[attr-defined]
    return handler


def _reported(error: Exception, context: object) -> OrderError:
    """Log and count the error of an activity. Returns the typed error for Step Functions."""
    if isinstance(error, OrderError):
        report_refused(error)
        typed = error.with_traceback(None)
    else:
        logger.exception("activity failed unexpectedly")
        request_id = getattr(context, "aws_request_id", "unknown")
        typed = ActivityDefect(f"unexpected error, see the log of {request_id}")
    if isinstance(typed, ActivityDefect):
        count_defect()
    count_failed_invocation(getattr(context, "function_version", "unknown"))
    return typed
