"""What functions tell about themselves: structured logs, and metrics in the embedded format."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import (
    Metrics,
    MetricUnit,
    SchemaValidationError,
    single_metric,
)

from lambdas.domain.errors import OrderError

logger = Logger()
metrics = Metrics()


def flush_metrics() -> None:
    """Write what was counted to the log, if anything was.

    Counting never fails the step that was counted: its answer is worth more.
    """
    if not metrics.metric_set:
        return
    try:
        metrics.flush_metrics()
    except SchemaValidationError:
        logger.exception("metrics could not be written")


def report_refused(error: OrderError) -> None:
    """Log and count the typed error with which an activity ends."""
    logger.warning("activity refused", error=type(error).__name__, reason=error.message)
    count(type(error).__name__)


def report_survived(error: OrderError) -> None:
    """Log an error that costs nothing but time."""
    logger.warning(
        "survived", error=type(error).__name__, reason=error.message, order_id=error.order_id
    )


def report_unhealed(order_id: str, error: Exception) -> None:
    """Log that the janitor could not look after an order yet; a defect with its traceback."""
    expected = isinstance(error, OrderError)
    logger.error(
        "not looked after",
        exc_info=None if expected else error,
        order_id=order_id,
        error=type(error).__name__,
    )


def count_failed_invocation(function_version: str) -> None:
    """Count an invocation that ends with an error of ours, by activity and function version.

    Lambda's own `Errors` includes invocations that never reached our code (a package that cannot
    be imported, a timeout, lack of memory); the difference of the two metrics counts those.
    """
    _count_apart(
        "FailedInvocation", **metrics.default_dimensions, function_version=function_version
    )


def count_defect() -> None:
    """Count an unexpected exception for the service as a whole: one alarm watches all activities.
    The log has the activity.
    """
    _count_apart("ActivityDefect")


def _count_apart(name: str, **dimensions: str) -> None:
    """Count once under its own dimensions and `service`; like `flush_metrics` it never fails."""
    dimensions["service"] = str(metrics.service)
    try:
        with single_metric(
            name, MetricUnit.Count, 1, namespace=metrics.namespace, default_dimensions=dimensions
        ):
            pass
    except SchemaValidationError:
        logger.exception("metrics could not be written")


def count(name: str, value: int = 1) -> None:
    """Count something in CloudWatch (embedded metric format: no API call)."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def measure(name: str, seconds: float) -> None:
    """Record a duration in CloudWatch, as `count` does."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
