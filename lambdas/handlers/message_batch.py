"""The messages of a batch from SQS: each one succeeds or fails alone."""

from collections.abc import Callable, Mapping
from typing import Any

from lambdas.telemetry import flush_metrics

BatchAnswer = dict[str, list[dict[str, str]]]


def process_each(
    event: Mapping[str, Any], process: Callable[[Mapping[str, Any]], bool]
) -> BatchAnswer:
    """Process each message. Returns those that failed: SQS delivers them again."""
    failed = [record["messageId"] for record in event["Records"] if not process(record)]
    flush_metrics()
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
