"""Reads the orders table's stream: which orders got new timeline events.

The records of one order arrive in the order of its writes, each at least once. (DynamoDB developer
guide, "Change data capture for DynamoDB Streams")
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.adapters.dynamodb.attribute_values import from_item
from lambdas.adapters.orders.order_records import META, from_record
from lambdas.domain.record.order import Order


@dataclass(frozen=True, slots=True)
class NewEvents:
    """The events of `order` after the number `after`, up to `order.event_count`, are new."""

    order: Order
    after: int


def read_new_events(records: Iterable[Mapping[str, Any]]) -> list[NewEvents]:
    """The orders with new events, of a batch of stream records, with one entry for each order."""
    found: dict[str, NewEvents] = {}
    for record in records:
        change = record["dynamodb"]
        if change["Keys"]["sk"]["S"] != META or "NewImage" not in change:
            continue
        order = from_record(from_item(change["NewImage"]))
        first = found[order.order_id].after if order.order_id in found else _count(change)
        if order.event_count > first:
            found[order.order_id] = NewEvents(order, first)
    return list(found.values())


def _count(change: Mapping[str, Any]) -> int:
    """The number of events before the change."""
    return int(from_item(change.get("OldImage", {})).get("event_count", 0))
