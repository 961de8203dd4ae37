"""Lambda handlers of the timeline events of orders: published from the orders table's stream, and
delivered to the subscriber.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.adapters.events.dynamodb_stream import NewEvents, read_new_events
from lambdas.dependencies import dependencies
from lambdas.domain.errors import EventsUnavailable
from lambdas.domain.record.changes import Event
from lambdas.domain.record.events import EVENT_KINDS, published_kind
from lambdas.domain.record.order import Order
from lambdas.handlers.event_fields import read_field
from lambdas.handlers.message_batch import BatchAnswer, process_each
from lambdas.telemetry import count, count_by, flush_metrics, logger, report_recovered

_MONEY = {"payment-captured": "CapturedMinorUnits", "payment-refunded": "RefundedMinorUnits"}
"""Metrics of amounts by kind of event."""

_REQUIRED_FIELDS = {"event_id", "order_id", "kind", "at"}
"""Fields without which an event cannot be delivered."""

_EXPECTED = 'records of a table\'s stream: `{"Records": [{"dynamodb": {"Keys": {…}}}]}`'


def publish(event: Mapping[str, Any], context: object) -> dict[str, int]:  # noqa: ARG001
    """Publish the new events of a batch of changes.

    Raises EventsUnavailable or StoreUnavailable: Lambda then repeats the batch, so that an event
    may be published twice, and none is left out. Raises MalformedEvent.
    """
    records = read_field(event, "Records", list, _EXPECTED)
    for record in records:
        read_field(record, "dynamodb.Keys.sk.S", str, _EXPECTED)
    published = sum(_publish(found) for found in read_new_events(records))
    count("EventsPublished", published)
    flush_metrics()
    return {"published": published}


def deliver(event: Mapping[str, Any], context: object) -> BatchAnswer:  # noqa: ARG001
    """SQS: events for the subscriber. Returns the messages that failed: SQS delivers them again."""
    return process_each(event, _deliver)


def _deliver(record: Mapping[str, Any]) -> bool:
    """Deliver one event; whether the subscriber accepted it. A malformed message fails alone."""
    event = _event_of(record)
    if event is None:
        logger.error("malformed message", message_id=record["messageId"])
        count("EventDeliveryFailed")
        return False
    try:
        dependencies().event_subscriber.deliver(event)
    except EventsUnavailable as error:
        report_recovered(error)
        count("EventDeliveryFailed")
        return False
    count("EventsDelivered")
    logger.info("event delivered", event_id=event["event_id"], kind=event["kind"])
    return True


def _event_of(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The event in a message; None if the message is malformed."""
    try:
        event = json.loads(record["body"])
    except ValueError:
        return None
    return event if isinstance(event, dict) and event.keys() >= _REQUIRED_FIELDS else None


def _publish(found: NewEvents) -> int:
    """Publish the new events of one order. The timeline is read because events may be stored in
    several items.
    """
    order, until = found.order, found.order.event_count
    timeline = dependencies().store.timeline(order.order_id)
    new = [event for event in timeline if found.after < event.number <= until]
    known = [event for event in new if published_kind(event) in EVENT_KINDS]
    dependencies().event_bus.publish(order, known)
    _count_money(order, known)
    logger.info(
        "events published",
        order_id=order.order_id,
        sequences=[event.number for event in known],
        kinds=[published_kind(event) for event in known],
    )
    return len(known)


def _count_money(order: Order, events: Iterable[Event]) -> None:
    """Count captured and refunded amounts. A batch that is repeated counts them again."""
    for event in events:
        if metric := _MONEY.get(event.kind):
            count_by(metric, int(event.detail["amount_minor"]), currency=order.currency)
