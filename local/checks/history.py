"""Convert the history of an execution to its path."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local.checks.notation import end_entry, parallel

Event = Mapping[str, Any]

_ENTERED = "StateEntered"
TAKEN_OVER = "TAKEN_OVER"
"""How an execution ended that found another one owning its order. The engine calls it a success."""


def path(events: Sequence[Event], status: str) -> list[str]:
    """The states of one execution in the notation of scenarios, and its final status."""
    owners = _owners(events)
    words = {id_: _word(id_, events, owners) for id_ in set(owners.values())}
    entries: list[str] = []
    inside: list[str] | None = None
    for event in events:
        kind = event["type"]
        if kind == "ParallelStateEntered":
            inside = []
        elif kind == "ParallelStateExited":
            entries.append(parallel(event["stateExitedEventDetails"]["name"], inside or ()))
            inside = None
        elif kind.endswith(_ENTERED):
            (entries if inside is None else inside).append(words[event["id"]])
    if inside is not None:
        entries.append(parallel(_last_parallel(events), inside))
    return entries if status == "RUNNING" else [*entries, end_entry(status)]


def end_of(events: Sequence[Event], status: str) -> str:
    """The status of an execution, or TAKEN_OVER."""
    return TAKEN_OVER if "OrderTakenOver" in _names(events).values() else status


def submitted_tokens(events: Sequence[Event], state: str) -> int:
    """The number of waits of a state in progress: the token was submitted but not used."""
    owners = _owners(events)
    names = _names(events)
    mine = [e["type"] for e in events if names.get(owners.get(e["id"], 0)) == state]
    done = sum(kind in ("TaskSucceeded", "TaskFailed", "TaskTimedOut") for kind in mine)
    return mine.count("TaskSubmitted") - done


def _word(entered: int, events: Sequence[Event], owners: Mapping[int, int]) -> str:
    kinds = [event["type"] for event in events if owners.get(event["id"]) == entered]
    attempts = kinds.count("TaskScheduled")
    name = _names(events)[entered]
    if name == "AwaitSignal" and kinds.count("TaskTimedOut") == 1:
        name += "~tick"
    return f"{name} x{attempts}" if attempts > 1 else name


def _owners(events: Sequence[Event]) -> dict[int, int]:
    """Map each event to the StateEntered event of its state. Follows `previousEventId`, because
    the events of parallel branches are interleaved.
    """
    owners: dict[int, int] = {}
    for event in events:
        if event["type"].endswith(_ENTERED):
            owners[event["id"]] = event["id"]
        elif event.get("previousEventId") in owners:
            owners[event["id"]] = owners[event["previousEventId"]]
    return owners


def _names(events: Sequence[Event]) -> dict[int, str]:
    return {
        event["id"]: event["stateEnteredEventDetails"]["name"]
        for event in events
        if event["type"].endswith(_ENTERED)
    }


def _last_parallel(events: Sequence[Event]) -> str:
    found = [event for event in events if event["type"] == "ParallelStateEntered"]
    return str(found[-1]["stateEnteredEventDetails"]["name"])


def tokens(events: Sequence[Event]) -> set[str]:
    """The task tokens that an execution created."""
    found = (event.get("taskScheduledEventDetails", {}).get("parameters") for event in events)
    payloads = [json.loads(parameters).get("Payload") for parameters in found if parameters]
    return {p["token"] for p in payloads if isinstance(p, dict) and p.get("token")}
