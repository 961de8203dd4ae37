"""The redacted history of an execution: each event with its category and without data.

Pure functions of the events that Step Functions returns (GetExecutionHistory).
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
        *("OrderCancelled", "OrderRejected", "OrderFailed", "OrderTakenOver", "OrderInterrupted"),
        "OrderNotFound",
    ),
}
_CATEGORY_OF = {state: category for category, states in STATES.items() for state in states}
_DECISION_STATE = "ApplySignals"
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
    "decline",
    "expire",
    "give-up",
]
_DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """One redacted event. `state` is the state that the event names, `within` the state that it
    belongs to, `decision` the next step in the output of ApplySignals, `at` in epoch milliseconds.
    """

    id: int
    type: str
    at: int | None
    state: str | None
    within: str | None
    error: str | None
    decision: Decision | None
    category: Category


def redact(events: Iterable[Mapping[str, Any]]) -> Iterator[HistoryEvent]:
    """Remove input, output, cause and token from the events.

    An event that names no state belongs to the state of the event before it: its previousEventId,
    or the preceding event in the list if the engine returns no such id.
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
    """The category of a state. No state, or an unknown one, belongs to the lifecycle."""
    return _CATEGORY_OF.get(state or "", Category.LIFECYCLE)


def _decision(event: Mapping[str, Any]) -> Decision | None:
    """The decision in the output of ApplySignals (`$.next.decision`).

    Later states pass the same output through, so their exits are ignored.
    """
    exited = event.get("stateExitedEventDetails") or {}
    if exited.get("name") != _DECISION_STATE:
        return None
    try:
        decision = json.loads(exited.get("output", ""))["next"]["decision"]
    except (TypeError, ValueError, KeyError):
        return None
    return next((known for known in _DECISIONS if known == decision), None)


def _detail(event: Mapping[str, Any], name: str) -> str | None:
    """The value of `name` in the event's details; None if it is not a plain name."""
    details = (value for key, value in event.items() if key.endswith("EventDetails") and value)
    value = next((detail[name] for detail in details if detail.get(name)), None)
    return value if isinstance(value, str) and _SAFE_NAME.fullmatch(value) else None


def _milliseconds(timestamp: object) -> int | None:
    if not isinstance(timestamp, datetime):
        return None
    moment = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
