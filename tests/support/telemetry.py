"""Log and metrics of this process: one Lambda runs one activity, a test process runs them all."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from lambdas import runtime


def forget_metrics() -> None:
    """Drop what was counted, and the dimensions of the activity that counted it; a namespace is
    given here as the deployment gives one, because the module may be imported already.
    """
    runtime.metrics.namespace = "OrderWorkflow"
    runtime.metrics.service = "order-workflow"
    runtime.metrics.default_dimensions.clear()
    runtime.metrics.clear_metrics()


@contextmanager
def captured_log() -> Iterator[StringIO]:
    """What the logger writes meanwhile; it holds on to the stream that it found at its import."""
    handler: Any = runtime.logger.registered_handler
    stream = StringIO()
    before = handler.setStream(stream)
    try:
        yield stream
    finally:
        handler.setStream(before)


def lines(text: str) -> list[dict[str, Any]]:
    """The JSON objects of a log, one a line."""
    return [json.loads(line) for line in text.splitlines()]
