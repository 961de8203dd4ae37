"""Reads the history of an execution."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambdas.executions.history import redact
from lambdas.executions.state_entries import state_entries
from tests.simulation.step_functions.journal import StateEntry

Event = Mapping[str, Any]
IN_BRANCHES = frozenset(
    {"FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations", "NoRecommendations"}
)
"""States inside EnrichOrder, which run in any order."""


def entered(history: Iterable[Event]) -> tuple[str, ...]:
    """Every state entered, in order."""
    details = (event.get("stateEnteredEventDetails") for event in history)
    return tuple(str(detail["name"]) for detail in details if detail is not None)


def main_path(history: Iterable[Event]) -> tuple[str, ...]:
    """The states entered one after the other, without those in branches."""
    return tuple(name for name in entered(history) if name not in IN_BRANCHES)


def inputs(history: Iterable[Event]) -> list[tuple[str, str]]:
    """(state, its input as JSON) of every state entered."""
    details = (event.get("stateEnteredEventDetails") for event in history)
    return [(str(d["name"]), str(d["input"])) for d in details if d is not None]


def retries(histories: Iterable[Sequence[Event]]) -> dict[str, int]:
    """The retries of each Task state. A branch that was cancelled because of another one may have
    no attempt.
    """
    attempts: Counter[str] = Counter()
    for history in histories:
        for entry in state_entries(list(redact(history))):
            if entry.type == "Task":
                attempts[entry.state] += max(0, entry.attempts - 1)
    return {name: more for name, more in sorted(attempts.items()) if more}


def without_tokens(history: Iterable[Event]) -> list[Event]:
    """The history without the parameters of the waiting task, in which Step Functions shows the
    token (also on AWS: who may read the history may read the token).
    """
    return [event for event in history if not _schedules_token_wait(event)]


def _schedules_token_wait(event: Event) -> bool:
    scheduled = event.get("taskScheduledEventDetails", {})
    return str(scheduled.get("resource", "")).endswith(".waitForTaskToken")


def journal_entries(history: Iterable[Event]) -> list[StateEntry]:
    """Return every state entry, in order. An event without a state's name belongs to the same entry
    as its previous event (`previousEventId`).
    """
    found: list[StateEntry] = []
    owner: dict[int, StateEntry] = {}
    for event in history:
        kind, detail = event["type"], _detail(event)
        if kind.endswith("StateEntered"):
            found.append(StateEntry(detail["name"]))
            owner[event["id"]] = found[-1]
            continue
        entry = owner.get(event.get("previousEventId", 0))
        if entry is None:
            continue
        owner[event["id"]] = entry
        if kind in ("TaskFailed", "TaskTimedOut"):
            entry.errors.append(detail["error"])
        elif kind.endswith("StateExited"):
            _record_output(found, detail)
    return found


def result(history: Iterable[Event]) -> Any:
    """The output of an execution, or its error and cause; None if it was stopped."""
    for event in history:
        if event["type"] == "ExecutionSucceeded":
            return json.loads(_detail(event)["output"])
        if event["type"] == "ExecutionFailed":
            return [_detail(event)["error"], _detail(event).get("cause")]
    return None


def _record_output(found: Iterable[StateEntry], detail: Mapping[str, Any]) -> None:
    """Store the output in the latest entry of the state."""
    newest = [entry for entry in found if entry.state == detail["name"]][-1]
    newest.output = json.loads(detail["output"])


def _detail(event: Event) -> Mapping[str, Any]:
    details = (value for key, value in event.items() if key.endswith("EventDetails"))
    return next((dict(value) for value in details if value), {})
