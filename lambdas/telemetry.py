"""Telemetry of the functions: structured logs, and metrics in the embedded metric format."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import (
    Metrics,
    MetricUnit,
    SchemaValidationError,
    single_metric,
)

from lambdas.domain.errors import OrderError

if TYPE_CHECKING:
    from lambdas.domain.payment_differences import Difference
    from lambdas.domain.record.order import Order

logger = Logger()
metrics = Metrics()
_ORDER = (("id", "order_id"), ("stage", "stage"))


@contextmanager
def log_keys(**keys: object) -> Iterator[None]:
    """Give the log lines of one invocation these keys, and those that are added until its end."""
    logger.thread_safe_clear_keys()
    add_log_keys(**keys)
    try:
        yield
    finally:
        logger.thread_safe_clear_keys()


def add_log_keys(**keys: object) -> None:
    """Add keys to the log lines of the current invocation (of the current thread)."""
    logger.thread_safe_append_keys(**keys)


def request_id(context: object) -> str:
    """The request ID of an invocation; `unknown` without the context of Lambda."""
    return getattr(context, "aws_request_id", "unknown")


def note_order(order: "Order") -> None:
    """Add the order that was read or written last, and its stage, to the log lines."""
    add_log_keys(order_id=order.order_id, stage=order.stage.value)


def noted_order() -> dict[str, object]:
    """The noted order as attributes of a span."""
    keys = logger.thread_safe_get_current_keys()
    return {f"order.{name}": keys[key] for name, key in _ORDER if key in keys}


def note_trace(traceparent: str) -> None:
    """Add the trace of the open span to the log lines. (W3C Trace Context, 3.2)"""
    if traceparent:
        add_log_keys(trace_id=traceparent.split("-")[1])


def milliseconds_since(begun: float) -> int:
    """The time since `begun`, a value of `perf_counter`, in milliseconds."""
    return round((perf_counter() - begun) * 1000)


def flush_metrics() -> None:
    """Write the collected metrics to the log, if there are any.

    An error of the metrics is logged and never fails the invocation.
    """
    if not metrics.metric_set:
        return
    try:
        metrics.flush_metrics()
    except SchemaValidationError:
        logger.exception("metrics could not be written")


def report_recovered(error: OrderError) -> None:
    """Log an error from which the workflow recovers later."""
    logger.warning(
        "recovered error", error=type(error).__name__, reason=error.message, order_id=error.order_id
    )


def report_reconcile_failed(order_id: str, error: Exception) -> None:
    """Log that the janitor could not reconcile an order; an unexpected error with its traceback."""
    expected = isinstance(error, OrderError)
    logger.error(
        "reconciliation failed",
        exc_info=None if expected else error,
        order_id=order_id,
        error=type(error).__name__,
    )


def report_difference(difference: "Difference") -> None:
    """Log and count a payment that differs from its order."""
    logger.warning(
        "payment differs",
        difference=difference.kind,
        order_id=difference.order_id,
        reference=difference.reference,
    )
    count("PaymentDifference")


def report_not_compared(reference: str, error: Exception) -> None:
    """Log that a payment could not be compared; an unexpected error with its traceback."""
    expected = isinstance(error, OrderError)
    logger.error(
        "payment not compared",
        exc_info=None if expected else error,
        reference=reference,
        error=type(error).__name__,
    )


def count_failed_invocation(function_version: str) -> None:
    """Count an invocation that ends with an error of an activity, by activity and function version.

    The Lambda metric `Errors` also includes invocations that never reached the activity (a failed
    import, a timeout, out of memory). The difference of the two metrics counts those.
    """
    count_by("FailedInvocation", 1, **metrics.default_dimensions, function_version=function_version)


def count_defect() -> None:
    """Count an unexpected exception for the whole service: one alarm covers all activities. The
    log names the activity.
    """
    count_by("ActivityDefect", 1)


def _write_apart(name: str, value: float, unit: MetricUnit, dimensions: Mapping[str, str]) -> None:
    """Write a metric with `dimensions` and `service`. Like `flush_metrics`, this never fails."""
    own = {**dimensions, "service": str(metrics.service)}
    try:
        with single_metric(name, unit, value, namespace=metrics.namespace, default_dimensions=own):
            pass
    except SchemaValidationError:
        logger.exception("metrics could not be written")


def count_by(name: str, value: float, **dimensions: str) -> None:
    """Count a metric under further dimensions; one whose name ends with `Seconds` is a duration."""
    unit = MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count
    _write_apart(name, value, unit, dimensions)


def count(name: str, value: int = 1) -> None:
    """Add `value` to a metric in CloudWatch (embedded metric format: no API call)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def measure(name: str, seconds: float) -> None:
    """Record a duration in CloudWatch, as `count` does."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
