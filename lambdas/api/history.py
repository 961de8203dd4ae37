"""The history of an execution, made safe to show: each event with its category, without data.

Pure: from the events that Step Functions tells (GetExecutionHistory) to plain values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Category(StrEnum):
    """The part of the workflow that an event belongs to."""

    ENRICHMENT = "enrichment"
    RESERVE = "reserve"
    APPROVAL_LOOP = "approval-loop"
    PAYMENT = "payment"
    STATUS_UPDATE = "status-update"
    NOTIFICATION = "notification"
    COMPENSATION = "compensation"
    LIFECYCLE = "lifecycle"


STATES: Mapping[Category, tuple[str, ...]] = {
    Category.ENRICHMENT: (
        "EnrichOrder",
        "FetchInventorySnapshot",
        "FetchCustomerProfile",
        "FetchRecommendations",
        "NoRecommendations",
        "FetchInventorySnapshotV1",
        "FetchCustomerProfileV1",
        "FetchRecommendationsV1",
    ),
    Category.RESERVE: ("ReserveStock",),
    Category.APPROVAL_LOOP: ("AwaitSignal", "BackOff", "ApplySignals", "RouteDecision"),
    Category.PAYMENT: ("ProcessPayment",),
    Category.STATUS_UPDATE: ("UpdateOrderStatus",),
    Category.NOTIFICATION: ("SendOrderConfirmation", "SendCancellationEmail"),
    Category.COMPENSATION: ("RefundPayment", "ReleaseStock", "CloseOrder", "RouteEnd"),
    Category.LIFECYCLE: ("RouteStart", "OrderCompleted", "OrderCancelled", "OrderFailed"),
}
_CATEGORY_OF = {state: category for category, states in STATES.items() for state in states}
_SAFE_NAME = re.compile(r"[\w.]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """`state` only where the event itself names one; `at` in epoch milliseconds."""

    id: int
    type: str
    at: int | None
    state: str | None
    error: str | None
    category: Category


def redacted(events: Iterable[Mapping[str, Any]]) -> Iterator[HistoryEvent]:
    """The events without input, output, cause or token.

    An event without a state's name belongs where the event before it belongs: the one that it
    names as previous, or the one above it where an engine names none.
    """
    categories: dict[int, Category] = {}
    last = Category.LIFECYCLE
    for event in events:
        number, kind = int(event["id"]), str(event["type"])
        state = _detail(event, "name")
        inherited = categories.get(int(event.get("previousEventId") or 0), last)
        last = _category(kind, state, inherited)
        categories[number] = last
        yield HistoryEvent(
            id=number,
            type=kind,
            at=_milliseconds(event.get("timestamp")),
            state=state,
            error=_detail(event, "error"),
            category=last,
        )


def _category(kind: str, state: str | None, inherited: Category) -> Category:
    if kind.startswith("Execution"):
        return Category.LIFECYCLE
    return inherited if state is None else _CATEGORY_OF.get(state, Category.LIFECYCLE)


def _detail(event: Mapping[str, Any], name: str) -> str | None:
    """A name in the event's details; a text that is no plain name is not shown."""
    details = (value for key, value in event.items() if key.endswith("EventDetails") and value)
    value = next((detail[name] for detail in details if detail.get(name)), None)
    return value if isinstance(value, str) and _SAFE_NAME.fullmatch(value) else None


def _milliseconds(timestamp: object) -> int | None:
    if not isinstance(timestamp, datetime):
        return None
    moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
