"""The graph of a state machine: its states, their transitions, and the progress of one execution.

Pure functions of a definition (ASL) and redacted history events.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from lambdas.api.executions.history import Category, HistoryEvent, category_of

WayKind = Literal["next", "choice", "default", "catch"]


class Progress(StrEnum):
    """The progress of a state. A failure that a Catch handled is `caught`."""

    NOT_REACHED = "not-reached"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CAUGHT = "caught"
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Way:
    """A transition to the state named `to`."""

    to: str
    kind: WayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphState:
    """One state. `inside` names the Parallel state that contains it. `entered_at` and `left_at` are
    those of the newest entry, in epoch milliseconds.
    """

    name: str
    type: str
    comment: str
    category: Category
    inside: str | None
    ways: tuple[Way, ...]
    ends: bool
    progress: Progress
    visits: int
    error: str | None
    entered_at: int | None
    left_at: int | None


def drawn(definition: Mapping[str, Any], events: Sequence[HistoryEvent]) -> list[GraphState]:
    """Every state of the definition, in the sequence of the definition."""
    visits = _visits(events)
    return [
        _state(name, state, inside, visits.get(name, _Visit()))
        for name, state, inside in _states(definition, None)
    ]


@dataclass(slots=True)
class _Visit:
    """The entries of one state, collected from events. `error` is that of the newest attempt."""

    times: int = 0
    entered_at: int | None = None
    left_at: int | None = None
    error: str | None = None
    progress: Progress = Progress.NOT_REACHED

    def see(self, event: HistoryEvent) -> None:
        if event.type.endswith("StateEntered"):
            self.times += 1
            self.entered_at, self.left_at, self.error = event.at, None, None
            self.progress = Progress.RUNNING
        elif event.type.endswith("StateExited"):
            self.left_at = event.at
            self.progress = Progress.CAUGHT if self.error else Progress.SUCCEEDED
        elif event.type.endswith("Succeeded"):
            self.error = None
        elif event.error is not None or event.type.endswith(("Failed", "TimedOut")):
            self.error = event.error or event.type


_LEFT_BY = {
    "ExecutionFailed": Progress.FAILED,
    "ExecutionTimedOut": Progress.FAILED,
    "ExecutionAborted": Progress.ABORTED,
    "ExecutionSucceeded": Progress.SUCCEEDED,
}


def _visits(events: Sequence[HistoryEvent]) -> dict[str, _Visit]:
    visits: dict[str, _Visit] = {}
    for event in events:
        if event.within is not None:
            visits.setdefault(event.within, _Visit()).see(event)
    ended = _LEFT_BY.get(events[-1].type) if events else None
    if ended is not None:
        for visit in visits.values():
            if visit.progress is Progress.RUNNING:
                visit.progress = ended
    return visits


def _states(
    scope: Mapping[str, Any], inside: str | None
) -> Iterator[tuple[str, Mapping[str, Any], str | None]]:
    for name, state in scope["States"].items():
        yield name, state, inside
        for branch in state.get("Branches", ()):
            yield from _states(branch, name)


def _state(name: str, state: Mapping[str, Any], inside: str | None, visit: _Visit) -> GraphState:
    return GraphState(
        name=name,
        type=state["Type"],
        comment=state.get("Comment", ""),
        category=category_of(name),
        inside=inside,
        ways=tuple(_ways(state)),
        ends=bool(state.get("End")) or state["Type"] in ("Succeed", "Fail"),
        progress=visit.progress,
        visits=visit.times,
        error=visit.error,
        entered_at=visit.entered_at,
        left_at=visit.left_at,
    )


def _ways(state: Mapping[str, Any]) -> Iterator[Way]:
    """The transitions of a state. Rules with the same target and kind are one transition."""
    found = dict.fromkeys(Way(rule["Next"], "choice") for rule in state.get("Choices", ()))
    if "Default" in state:
        found[Way(state["Default"], "default")] = None
    if "Next" in state:
        found[Way(state["Next"], "next")] = None
    found |= dict.fromkeys(Way(rule["Next"], "catch") for rule in state.get("Catch", ()))
    return iter(found)
