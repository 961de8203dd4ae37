"""Events that no service sends, but an operator may: each function names what is wrong."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.handlers import (
    comparison_handler,
    history_handler,
    janitor_handler,
    mail_reports_handler,
    order_events_handler,
)
from lambdas.handlers.event_fields import MalformedEvent
from tests.support.world import World

REPORT = {"order_id": ["O1"], "mail": ["mail-confirmation"], "delivery": "bounced"}
KEYS = {"Keys": {"sk": {"S": "META"}}}
EVENTS: dict[Callable[..., Any], dict[str, list[Any]]] = {
    janitor_handler.on_execution_stopped: {
        "detail.name": [{}, [], None, "x", {"detail": None}, {"detail": {"name": 5}}]
    },
    mail_reports_handler.record: {
        "order_id.0": [{}, [], {**REPORT, "order_id": []}, {**REPORT, "order_id": "O1"}],
        "mail.0": [{**REPORT, "mail": None}, {**REPORT, "mail": [5]}],
        "delivery": [{**REPORT, "delivery": "delivered"}, {**REPORT, "delivery": None}],
        "bounce_type": [REPORT, {**REPORT, "bounce_type": {"a": 1}}],
    },
    order_events_handler.publish: {
        "Records": [{}, [], {"Records": None}],
        "dynamodb.Keys.sk.S": [{"Records": [None]}, {"Records": [{"dynamodb": KEYS}, {}]}],
    },
    order_events_handler.deliver: {
        "Records": [{}, [], {"Records": {}}],
        "messageId": [{"Records": [{"body": "{}"}]}],
        "body": [{"Records": [{"messageId": "m", "body": None}]}],
    },
    history_handler.export: {
        "Records": [{}, None],
        "messageId": [{"Records": [5]}],
        "body": [{"Records": [{"messageId": "m"}]}],
    },
    comparison_handler.compare: {
        "date": [
            *({"day": "2026-11-27"}, {"date": 5}, {"date": "yesterday"}, {"date": "2026-11-31"}),
            *({"date": "2026-11-27T00:00:00"}, {"date": "0001-01-01"}, ["2026-11-27"]),
        ]
    },
}


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    for handler in EVENTS:
        monkeypatch.setattr(f"{handler.__module__}.dependencies", lambda: made.deps)
    return made


@pytest.mark.parametrize(
    ("handler", "field", "event"),
    [
        pytest.param(handler, field, event, id=f"{handler.__name__}-{field}-{number}")
        for handler, fields in EVENTS.items()
        for field, events in fields.items()
        for number, event in enumerate(events)
    ],
)
def test_a_malformed_event_is_refused_with_its_field_and_an_example(
    handler: Callable[..., Any], field: str, event: Any
) -> None:
    wrong = f"the event has no valid `{re.escape(field)}`: send .*`{{"
    with pytest.raises(MalformedEvent, match=f"^{wrong}"):
        handler(event, None)
