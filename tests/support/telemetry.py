"""Log and metrics of this process, which runs all activities; a Lambda function runs one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from lambdas import telemetry


def discard_metrics() -> None:
    """Drop what was counted, and the dimensions of the activity that counted it; a namespace is
    given here as the deployment gives one, because the module may be imported already.
    """
    telemetry.metrics.namespace = "OrderWorkflow"
    telemetry.metrics.service = "order-workflow"
    telemetry.metrics.default_dimensions.clear()
    telemetry.metrics.clear_metrics()


@contextmanager
def captured_log() -> Iterator[StringIO]:
    """Capture the logger's output; the logger keeps the stream of its import."""
    handler: Any = telemetry.logger.registered_handler
    stream = StringIO()
    before = handler.setStream(stream)
    try:
        yield stream
    finally:
        handler.setStream(before)


def lines(text: str) -> list[dict[str, Any]]:
    """The JSON objects of a log, one per line."""
    return [json.loads(line) for line in text.splitlines()]
