"""The graph of a state machine: its states, their transitions, and the progress of one execution.

Pure functions of a definition (ASL) and redacted history events.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lambdas.executions.history import Category, HistoryEvent, category_of
from lambdas.executions.state_entries import Progress, StateEntry, state_entries

TransitionKind = Literal["next", "choice", "default", "catch"]


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition to the state named `to`."""

    to: str
    kind: TransitionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphState:
    """One state. `inside` names the Parallel state that contains it. `entries` counts its entries.
    `progress`, `attempts`, `error` and the instants (epoch milliseconds) are of the newest one.
    """

    name: str
    type: str
    comment: str
    category: Category
    inside: str | None
    transitions: tuple[Transition, ...]
    ends: bool
    progress: Progress
    entries: int
    attempts: int
    error: str | None
    entered_at: int | None
    left_at: int | None


def build_graph(definition: Mapping[str, Any], events: Sequence[HistoryEvent]) -> list[GraphState]:
    """Every state of the definition, in the sequence of the definition."""
    entries: dict[str, list[StateEntry]] = {}
    for entry in state_entries(events):
        entries.setdefault(entry.state, []).append(entry)
    return [
        _state(name, state, inside, entries.get(name, []))
        for name, state, inside in _states(definition, None)
    ]


def _states(
    scope: Mapping[str, Any], inside: str | None
) -> Iterator[tuple[str, Mapping[str, Any], str | None]]:
    for name, state in scope["States"].items():
        yield name, state, inside
        for branch in state.get("Branches", ()):
            yield from _states(branch, name)


def _state(
    name: str, state: Mapping[str, Any], inside: str | None, entries: Sequence[StateEntry]
) -> GraphState:
    category = category_of(name)
    newest = entries[-1] if entries else _unreached_entry(name, state["Type"], category)
    return GraphState(
        name=name,
        type=state["Type"],
        comment=state.get("Comment", ""),
        category=category,
        inside=inside,
        # Rules with the same target and kind are one transition.
        transitions=tuple(dict.fromkeys(_transitions(state))),
        ends=bool(state.get("End")) or state["Type"] in ("Succeed", "Fail"),
        progress=newest.progress,
        entries=len(entries),
        attempts=newest.attempts,
        error=newest.error,
        entered_at=newest.entered_at,
        left_at=newest.left_at,
    )


def _unreached_entry(name: str, kind: str, category: Category) -> StateEntry:
    return StateEntry(
        state=name,
        type=kind,
        category=category,
        entered_at=None,
        progress=Progress.NOT_REACHED,
    )


def _transitions(state: Mapping[str, Any]) -> Iterator[Transition]:
    """The transitions of a state, which may repeat."""
    for rule in state.get("Choices", ()):
        yield Transition(rule["Next"], "choice")
    if "Default" in state:
        yield Transition(state["Default"], "default")
    if "Next" in state:
        yield Transition(state["Next"], "next")
    for rule in state.get("Catch", ()):
        yield Transition(rule["Next"], "catch")
