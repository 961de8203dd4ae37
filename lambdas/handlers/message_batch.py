"""The messages of a batch from SQS: each one succeeds or fails alone."""

from collections.abc import Callable, Mapping
from typing import Any

from lambdas.handlers.event_fields import read_field
from lambdas.telemetry import flush_metrics

BatchAnswer = dict[str, list[dict[str, str]]]

_EXPECTED = 'messages of SQS: `{"Records": [{"messageId": "…", "body": "…"}]}`'


def process_each(
    event: Mapping[str, Any], process: Callable[[Mapping[str, Any]], bool]
) -> BatchAnswer:
    """Process each message. Returns those that failed: SQS delivers them again.

    Raises MalformedEvent, before a message is processed, if one has no id or no body.
    """
    records = read_field(event, "Records", list, _EXPECTED)
    ids = [read_field(record, "messageId", str, _EXPECTED) for record in records]
    for record in records:
        read_field(record, "body", str, _EXPECTED)
    failed = [one for one, record in zip(ids, records, strict=True) if not process(record)]
    flush_metrics()
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
