"""The history of an execution, made safe to show: each event with its category, without data.

Pure: from the events that Step Functions tells (GetExecutionHistory) to plain values.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, get_args


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
    Category.APPROVAL_LOOP: (
        "AwaitSignal",
        "RouteBackOff",
        "BeginBackOff",
        "LengthenBackOff",
        "BackOff",
        "ApplySignals",
        "RouteDecision",
        "RequestApproval",
    ),
    Category.PAYMENT: ("ProcessPayment",),
    Category.STATUS_UPDATE: ("UpdateOrderStatus",),
    Category.NOTIFICATION: ("SendOrderConfirmation", "SendCancellationEmail"),
    Category.COMPENSATION: ("RefundPayment", "ReleaseStock", "CloseOrder", "RouteEnd"),
    Category.LIFECYCLE: (
        *("RouteStart", "CompletedUnconfirmed"),
        *("OrderCancelled", "OrderFailed", "OrderTakenOver", "OrderInterrupted"),
    ),
}
_CATEGORY_OF = {state: category for category, states in STATES.items() for state in states}
_DECIDES = "ApplySignals"
_SAFE_NAME = re.compile(r"[\w.]{1,80}")
Decision = Literal[
    "wait",
    "remind",
    "pay",
    "complete",
    "confirm",
    "start",
    "continue",
    "compensate",
    "expire",
    "give-up",
]
_DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """`state` only where the event itself names one, `within` is the state that it belongs to;
    `decision` where the activity that decides said how to go on; `at` in epoch milliseconds.
    """

    id: int
    type: str
    at: int | None
    state: str | None
    within: str | None
    error: str | None
    decision: Decision | None
    category: Category


def redacted(events: Iterable[Mapping[str, Any]]) -> Iterator[HistoryEvent]:
    """The events without input, output, cause or token.

    An event without a state's name belongs where the event before it belongs: the one that it
    names as previous, or the one above it where an engine names none.
    """
    states: dict[int, str | None] = {}
    last: str | None = None
    for event in events:
        number, kind = int(event["id"]), str(event["type"])
        state = _detail(event, "name")
        within = state or states.get(int(event.get("previousEventId") or 0), last)
        last = None if kind.startswith("Execution") else within
        states[number] = last
        yield HistoryEvent(
            id=number,
            type=kind,
            at=_milliseconds(event.get("timestamp")),
            state=state,
            within=last,
            error=_detail(event, "error"),
            decision=_decision(event),
            category=category_of(last),
        )


def category_of(state: str | None) -> Category:
    """The category of a state; what is in no state, or in an unknown one, is the lifecycle's."""
    return _CATEGORY_OF.get(state or "", Category.LIFECYCLE)


def _decision(event: Mapping[str, Any]) -> Decision | None:
    """How the order goes on, from the output of the state that decides (`$.next.decision`).

    The states after it hand the same output on: it is no decision of theirs.
    """
    exited = event.get("stateExitedEventDetails") or {}
    if exited.get("name") != _DECIDES:
        return None
    try:
        decision = json.loads(exited.get("output", ""))["next"]["decision"]
    except (TypeError, ValueError, KeyError):
        return None
    return next((known for known in _DECISIONS if known == decision), None)


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
