"""The scenarios cover every state, transition, and error name of each Retry and Catch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest

from tests.mutation.edits import put
from tests.mutation.scenarios import scenarios
from tests.simulation.step_functions.journal import StateEntry
from tests.support.definition import Definition, State, load, scopes, states, successors

Element = tuple[str, ...]
"""A state, a transition between two, or a state with its rules and the name of an error."""


def elements_of(definition: Definition) -> Iterator[Element]:
    """Everything that scenarios can cover."""
    for name, state in states(definition).items():
        yield (name,)
        yield from ((name, following) for following in successors(state))
        for rules in ("Retry", "Catch"):
            yield from ((name, rules, error) for error in _errors(state.get(rules, ())))


def _errors(rules: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (error for rule in rules for error in rule["ErrorEquals"])


@pytest.fixture(scope="module")
def covered() -> set[Element]:
    """What the executions of all scenarios cover."""
    definition, found = load(), set[Element]()
    for scenario in scenarios():
        with redirect_stdout(StringIO()):  # the functions print metrics
            result = scenario.result(definition)
        for execution in result.run.world.engine.executions.values():
            found.update(_covered_by(execution.journal.entries, definition))
    return found


def _covered_by(entries: Sequence[StateEntry], definition: Definition) -> Iterator[Element]:
    known = states(definition)
    for entry in entries:
        yield (entry.state,)
        yield from _handling_rules(entry, known[entry.state])
    for scope, _ in scopes(definition):
        yield from pairwise(entry.state for entry in entries if entry.state in scope["States"])


def _handling_rules(entry: StateEntry, state: State) -> Iterator[Element]:
    """The rule that handled each error of a state entry, found as the interpreter does."""
    tried: dict[int, int] = {}
    for error in entry.errors:
        index, name = _rule(state.get("Retry", ()), error)
        if name and tried.get(index, 0) < state["Retry"][index]["MaxAttempts"]:
            tried[index] = tried.get(index, 0) + 1
            yield entry.state, "Retry", name
        else:
            yield entry.state, "Catch", _rule(state.get("Catch", ()), error)[1]


def _rule(rules: Sequence[Mapping[str, Any]], error: str) -> tuple[int, str]:
    """The first rule for the error, and the name by which it matches; an empty name for none."""
    for index, rule in enumerate(rules):
        for name in (error, "States.ALL"):
            if name in rule["ErrorEquals"]:
                return index, name
    return 0, ""


def test_everything_in_the_definition_is_covered(covered: set[Element]) -> None:
    assert set(elements_of(load())) - covered == set()


def test_an_uncovered_part_is_found(covered: set[Element]) -> None:
    definition: Any = load()
    put("States", "ReserveStock", "Catch", 0, "ErrorEquals", value=["NoRoom"])(definition)
    put("States", "RouteEnd", "Default", value="OrderTakenOver")(definition)
    put("States", "Unused", value={"Type": "Succeed"})(definition)

    assert set(elements_of(definition)) - covered == {
        ("Unused",),
        ("ReserveStock", "Catch", "NoRoom"),
        ("RouteEnd", "OrderTakenOver"),
    }
