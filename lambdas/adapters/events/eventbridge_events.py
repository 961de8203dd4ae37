"""EventBus on Amazon EventBridge."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.domain.errors import EventsUnavailable
from lambdas.domain.record.changes import Event
from lambdas.domain.record.events import published_detail, published_kind
from lambdas.domain.record.money import EXPONENTS
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "order-workflow"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 10
"""Entries of one request. (EventBridge API reference, PutEvents)"""


class EventBridgeEvents:
    """Publishes timeline events to one event bus. docs/events.md describes their fields."""

    def __init__(self, client: "EventBridgeClient", *, bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, order: Order, events: Sequence[Event]) -> None:
        for start in range(0, len(events), _BATCH):
            self._put(order, events[start : start + _BATCH])

    def _put(self, order: Order, events: Sequence[Event]) -> None:
        entries = [self._entry(order, event) for event in events]
        try:
            answer = self._client.put_events(Entries=entries)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise _refusal(order) from error
        if answer["FailedEntryCount"]:
            raise _refusal(order)

    def _entry(self, order: Order, event: Event) -> Any:
        return {
            "EventBusName": self._bus_name,
            "Source": SOURCE,
            "DetailType": published_kind(event),
            "Time": _time(event),
            "Detail": json.dumps(message(order, event)),
        }


def message(order: Order, event: Event) -> dict[str, Any]:
    """The `detail` of the EventBridge event. `event_id` is the same each time it is published."""
    return {
        "event_id": f"{order.order_id}-{event.number}",
        "order_id": order.order_id,
        "sequence": event.number,
        "kind": published_kind(event),
        "stage": event.stage,
        "at": _time(event).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "customer_id": order.customer_id,
        "workflow_version": order.version,
        "currency": order.currency,
        "exponent": EXPONENTS[order.currency],
        "detail": dict(published_detail(event)),
    }


def _time(event: Event) -> datetime:
    return _EPOCH + timedelta(milliseconds=event.at)


def _refusal(order: Order) -> EventsUnavailable:
    return EventsUnavailable("the event bus did not accept an event", order_id=order.order_id)
