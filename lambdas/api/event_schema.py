"""Prints docs/events.schema.json: the JSON Schema of the events that other systems receive."""

import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from lambdas.api.models.event_views import PublishedEventView
from lambdas.domain.record.events import EVENT_KINDS, Details

_TYPES = {str: "string", int: "integer"}


def event_schema() -> dict[str, Any]:
    """The schema of the `detail` of an event: the common fields, and the details of each kind."""
    common = PublishedEventView.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **common,
        "title": "An event of an order",
        "oneOf": [_kind(kind, details) for kind, details in EVENT_KINDS.items()],
    }


def _kind(kind: str, details: Details) -> Mapping[str, Any]:
    fields = {name: {"type": _TYPES[type_]} for name, type_ in details.items()}
    return {
        "title": kind,
        "properties": {
            "kind": {"const": kind},
            "detail": {"properties": fields, "required": list(fields)},
        },
    }


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end without a traceback in `| head`
    sys.stdout.write(json.dumps(event_schema(), indent=2) + "\n")
