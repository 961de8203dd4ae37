"""Converts an execution's history to state entries (`Visit`)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulation.step_functions.journal import Visit

Event = Mapping[str, Any]


def visits(history: Iterable[Event]) -> list[Visit]:
    """Return every state entry, in order. An event without a state's name belongs to the same entry
    as its previous event (`previousEventId`).
    """
    found: list[Visit] = []
    owner: dict[int, Visit] = {}
    for event in history:
        kind, detail = event["type"], _detail(event)
        if kind.endswith("StateEntered"):
            found.append(Visit(detail["name"]))
            owner[event["id"]] = found[-1]
            continue
        visit = owner.get(event.get("previousEventId", 0))
        if visit is None:
            continue
        owner[event["id"]] = visit
        if kind in ("TaskFailed", "TaskTimedOut"):
            visit.errors.append(detail["error"])
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


def _record_output(found: Iterable[Visit], detail: Mapping[str, Any]) -> None:
    """Store the output in the latest entry of the state."""
    newest = [visit for visit in found if visit.state == detail["name"]][-1]
    newest.output = json.loads(detail["output"])


def _detail(event: Event) -> Mapping[str, Any]:
    details = (value for key, value in event.items() if key.endswith("EventDetails"))
    return next((dict(value) for value in details if value), {})
