"""What the simulated scenarios cover of the definition: `python -m tests.mutation.coverage`.

Covered are states that are entered, transitions that are taken, and every error name of every
Retry and Catch that handles an error.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from typing import Any

from tests.mutation.scenarios import scenarios
from tests.simulation.step_functions.definition import order_workflow
from tests.simulation.step_functions.journal import Visit
from tests.support.definition import Definition, State, scopes, states, successors

Element = tuple[str, str]
"""A state, and an error name, a successor, or nothing."""

EXCLUDED: Mapping[tuple[str, Element], str] = {}
"""(group, element) of what no scenario can cover, each with the reason."""


@dataclass(frozen=True, slots=True)
class Elements:
    """The parts of a definition, or those that scenarios covered."""

    states: set[Element] = field(default_factory=set)
    retries: set[Element] = field(default_factory=set)
    catches: set[Element] = field(default_factory=set)
    transitions: set[Element] = field(default_factory=set)

    def groups(self) -> dict[str, set[Element]]:
        """The elements by group."""
        return {name: getattr(self, name) for name in Elements.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Report:
    """The elements of a definition and those that are covered."""

    existing: Elements
    covered: Elements

    def missing(self) -> list[tuple[str, Element]]:
        """The uncovered elements that are not excluded."""
        covered = self.covered.groups()
        return [
            (group, element)
            for group, elements in self.existing.groups().items()
            for element in sorted(elements - covered[group])
            if (group, element) not in EXCLUDED
        ]

    def lines(self) -> Iterator[str]:
        """One line for each group, then the uncovered and the excluded elements."""
        for group, elements in self.existing.groups().items():
            covered = elements & self.covered.groups()[group]
            yield f"{group}: {len(covered)} of {len(elements)}"
        yield from (f"not covered: {group}, {_named(e)}" for group, e in self.missing())
        yield from (f"excluded: {g}, {_named(e)}: {why}" for (g, e), why in EXCLUDED.items())


def elements_of(definition: Definition) -> Elements:
    """Everything that scenarios can cover."""
    existing = Elements()
    for name, state in states(definition).items():
        existing.states.add((name, ""))
        existing.transitions.update((name, following) for following in successors(state))
        existing.retries.update((name, error) for error in _errors(state.get("Retry", ())))
        existing.catches.update((name, error) for error in _errors(state.get("Catch", ())))
    return existing


def measure(definition: Definition) -> Report:
    """Run every scenario with the definition."""
    covered = Elements()
    for scenario in scenarios():
        with redirect_stdout(StringIO()):  # the functions print metrics
            result = scenario.result(definition)
        for execution in result.run.world.engine.executions.values():
            _add(covered, execution.journal.visits, definition)
    return Report(elements_of(definition), covered)


def _add(covered: Elements, visits: Sequence[Visit], definition: Definition) -> None:
    known = states(definition)
    for visit in visits:
        covered.states.add((visit.state, ""))
        _add_errors(covered, visit, known[visit.state])
    for scope, _ in scopes(definition):
        path = [visit.state for visit in visits if visit.state in scope["States"]]
        covered.transitions.update(pairwise(path))


def _add_errors(covered: Elements, visit: Visit, state: State) -> None:
    """Find the rule that handled each error of a state entry, as the interpreter does."""
    tried: dict[int, int] = {}
    for error in visit.errors:
        index, name = _handler(state.get("Retry", ()), error)
        if name and tried.get(index, 0) < state["Retry"][index]["MaxAttempts"]:
            tried[index] = tried.get(index, 0) + 1
            covered.retries.add((visit.state, name))
        else:
            covered.catches.add((visit.state, _handler(state.get("Catch", ()), error)[1]))


def _handler(rules: Sequence[Mapping[str, Any]], error: str) -> tuple[int, str]:
    """The first rule for the error, and the name by which it matches; an empty name for none."""
    for index, rule in enumerate(rules):
        for name in (error, "States.ALL"):
            if name in rule["ErrorEquals"]:
                return index, name
    return 0, ""


def _errors(rules: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (error for rule in rules for error in rule["ErrorEquals"])


def _named(element: Element) -> str:
    return " > ".join(filter(None, element))


def main() -> int:
    """The command line; returns the exit status."""
    report = measure(order_workflow())
    sys.stdout.write("\n".join([*report.lines(), ""]))
    return 1 if report.missing() else 0


if __name__ == "__main__":
    sys.exit(main())
