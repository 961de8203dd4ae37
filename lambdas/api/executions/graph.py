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
    newest = entries[-1] if entries else None
    return GraphState(
        name=name,
        type=state["Type"],
        comment=state.get("Comment", ""),
        category=category_of(name),
        inside=inside,
        transitions=tuple(_transitions(state)),
        ends=bool(state.get("End")) or state["Type"] in ("Succeed", "Fail"),
        progress=newest.progress if newest else Progress.NOT_REACHED,
        entries=len(entries),
        attempts=newest.attempts if newest else 0,
        error=newest.error if newest else None,
        entered_at=newest.entered_at if newest else None,
        left_at=newest.left_at if newest else None,
    )


def _transitions(state: Mapping[str, Any]) -> Iterator[Transition]:
    """The transitions of a state. Rules with the same target and kind are one transition."""
    found = dict.fromkeys(Transition(rule["Next"], "choice") for rule in state.get("Choices", ()))
    if "Default" in state:
        found[Transition(state["Default"], "default")] = None
    if "Next" in state:
        found[Transition(state["Next"], "next")] = None
    found |= dict.fromkeys(Transition(rule["Next"], "catch") for rule in state.get("Catch", ()))
    return iter(found)
