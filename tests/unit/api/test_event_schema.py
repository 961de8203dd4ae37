"""The schema and the page of published events describe the code."""

import json
import re

import jsonschema
import pytest

from lambdas.adapters.events.eventbridge_events import message
from lambdas.api.event_schema import event_schema
from lambdas.domain.record.changes import Event
from lambdas.domain.record.events import EVENT_KINDS
from tests.support.builders import an_order
from tests.support.definition import ROOT

EXAMPLES: dict[type, str | int] = {str: "text", int: 1}


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = json.loads((ROOT / "docs/events.schema.json").read_text())

    assert committed == event_schema(), "run `make openapi`"


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_what_is_published_fits_the_schema(kind: str) -> None:
    detail: dict[str, str | int] = {"reason": "words"}
    detail |= {name: EXAMPLES[type_] for name, type_ in EVENT_KINDS[kind].items()}
    event = Event(number=1, at=0, kind=kind, stage="start", detail=detail)

    jsonschema.validate(message(an_order(), event), event_schema())


def test_the_page_lists_every_kind_with_its_fields() -> None:
    page = (ROOT / "docs/events.md").read_text()
    rows = re.findall(r"^\| `([a-z*-]+)` \|[^|]+\|([^|]*)\|$", page, re.MULTILINE)

    listed = {
        row.replace("*", mail): re.findall(r"`(\w+)`", fields)
        for row, fields in rows
        for mail in ("approval", "confirmation", "cancellation")
    }
    assert listed == {kind: [*details] for kind, details in EVENT_KINDS.items()}
