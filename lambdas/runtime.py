"""Composition root: settings -> dependencies, and the edge of every activity."""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

from lambdas.dependencies import Dependencies
from lambdas.domain.errors import ActivityDefect, OrderError
from lambdas.domain.task import Task
from lambdas.settings import Settings
from lambdas.telemetry import (
    count,
    flush_metrics,
    logger,
    metrics,
    report_refused,
    report_survived,
)

__all__ = [
    "Dependencies",
    "activity",
    "count",
    "dependencies",
    "flush_metrics",
    "logger",
    "metrics",
    "report_survived",
]


@lru_cache
def dependencies() -> Dependencies:
    """The dependencies of this process. Raises SettingsError."""
    return Dependencies(Settings.from_environment(os.environ))


Step = Callable[[Task, Dependencies], Mapping[str, Any] | None]
Handler = Callable[[Mapping[str, Any], object], Mapping[str, Any]]


def activity(step: Step) -> Handler:
    """Make a Lambda handler of an activity: parse, log under the order's keys, run, type errors.

    A typed error reaches Step Functions under its class name, without traceback or cause: what a
    history holds must be safe to show. The traceback is in the log.
    """

    @wraps(step)
    def handler(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
        task = Task.parse(event)
        logger.append_keys(activity=step.__name__, order_id=task.order_id, epoch=task.epoch)
        metrics.set_default_dimensions(activity=step.__name__)
        try:
            return step(task, dependencies()) or {}
        except OrderError as error:
            report_refused(error)
            raise error.with_traceback(None) from None
        except Exception:  # noqa: BLE001  # logged with its traceback
            logger.exception("activity failed unexpectedly")
            request_id = getattr(context, "aws_request_id", "unknown")
            raise ActivityDefect(f"unexpected error, see the log of {request_id}") from None
        finally:
            flush_metrics()
            logger.remove_keys(["activity", "order_id", "epoch"])

    handler.activity_name = step.__name__  # type: ignore[attr-defined]
    return handler
