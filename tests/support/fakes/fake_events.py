"""The event bus and its log, in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.adapters.events.eventbridge_events import message
from lambdas.domain.errors import OrderError
from lambdas.domain.ports import EventBus, EventLog, EventSubscriber
from lambdas.domain.record.changes import Event
from lambdas.domain.record.events import LoggedEvents
from lambdas.domain.record.order import Order


class FakeEvents(EventBus, EventLog, EventSubscriber):
    """`published` and `delivered` hold every message; `failures` are raised first, one for each
    call. `reads` are the arguments of `read`, which returns pages of `page_size`.
    """

    def __init__(self) -> None:
        self.published: list[Mapping[str, Any]] = []
        self.delivered: list[Mapping[str, Any]] = []
        self.failures: list[OrderError] = []
        self.reads: list[int] = []
        self.page_size = 100

    def publish(self, order: Order, events: Sequence[Event]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.published += [message(order, event) for event in events]

    def deliver(self, event: Mapping[str, Any]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(event)

    def read(
        self, *, since: int, order_id: str | None, limit: int, cursor: str | None
    ) -> LoggedEvents:
        if self.failures:
            raise self.failures.pop(0)
        self.reads.append(since)
        found = [one for one in self.published if order_id in (None, one["order_id"])]
        start, size = int(cursor or 0), min(limit, self.page_size)
        more = start + size < len(found)
        return LoggedEvents(tuple(found[start : start + size]), str(start + size) if more else None)
