"""Reads an execution's history."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambdas.executions.history import redact
from lambdas.executions.state_entries import state_entries

Event = Mapping[str, Any]
IN_PARALLEL = frozenset(
    {"FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations", "NoRecommendations"}
)
"""States inside EnrichOrder, which run in any order."""


def entered(history: Iterable[Event]) -> tuple[str, ...]:
    """Every state entered, in order."""
    details = (event.get("stateEnteredEventDetails") for event in history)
    return tuple(str(detail["name"]) for detail in details if detail is not None)


def main_path(history: Iterable[Event]) -> tuple[str, ...]:
    """The states entered one after the other; what runs in parallel is left out."""
    return tuple(name for name in entered(history) if name not in IN_PARALLEL)


def inputs(history: Iterable[Event]) -> list[tuple[str, str]]:
    """(state, its input as JSON) of every state entered."""
    details = (event.get("stateEnteredEventDetails") for event in history)
    return [(str(d["name"]), str(d["input"])) for d in details if d is not None]


def retries(histories: Iterable[Sequence[Event]]) -> dict[str, int]:
    """How many more attempts than entries each Task state had. A branch that another one ends
    may be entered without an attempt.
    """
    attempts: Counter[str] = Counter()
    for history in histories:
        for entry in state_entries(list(redact(history))):
            if entry.type == "Task":
                attempts[entry.state] += max(0, entry.attempts - 1)
    return {name: more for name, more in sorted(attempts.items()) if more}


def without_tokens(history: Iterable[Event]) -> list[Event]:
    """The history without what Step Functions itself shows of the token: the parameters of the
    task that waits with it (read access to the history is access to the token, on AWS too).
    """
    return [event for event in history if not _schedules_token_wait(event)]


def _schedules_token_wait(event: Event) -> bool:
    scheduled = event.get("taskScheduledEventDetails", {})
    return str(scheduled.get("resource", "")).endswith(".waitForTaskToken")
