"""Runs scenarios on mutants, those for the mutant's state first, until one detects a difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lambdas.domain.errors import ActivityDefect, OrderNotFound
from tests.mutation.equivalents import why_equivalent
from tests.mutation.operators import Mutant
from tests.mutation.scenarios import Runaway, Scenario, scenarios
from tests.simulation.step_functions.definition import Unsupported, order_workflow
from tests.simulation.step_functions.paths import StatesRuntime

Facts = Mapping[str, object]
BROKEN = (
    *(KeyError, AttributeError, TypeError, AssertionError),
    *(ActivityDefect, OrderNotFound, Runaway, StatesRuntime, Unsupported),
)
"""What the interpreter raises for a definition that AWS would reject, or whose execution would fail
or never end."""


@dataclass(frozen=True, slots=True)
class MutantResult:
    """`killed_by` names scenario and difference. A survivor is equivalent, or a test is missing."""

    mutant: str
    killed_by: str | None
    equivalent: str | None

    @property
    def survives(self) -> bool:
        return self.killed_by is None and self.equivalent is None


def run_mutant(mutant: Mutant) -> MutantResult:
    """Run scenarios until one distinguishes the mutant from the definition."""
    for scenario in _by_nearness(mutant.state):
        difference = _difference(scenario, mutant)
        if difference:
            return MutantResult(mutant.name, f"{scenario.name}: {difference}", None)
    return MutantResult(mutant.name, None, why_equivalent(mutant.name))


def _by_nearness(state: str) -> list[Scenario]:
    function = state.removesuffix("V1")
    return sorted(scenarios(), key=lambda one: not one.name.startswith((state, function)))


def _difference(scenario: Scenario, mutant: Mutant) -> str | None:
    try:
        facts = scenario.observe(mutant.definition)
    except BROKEN as broken:
        return f"breaks ({type(broken).__name__})"
    expected = _expected(scenario.name)
    return next((name for name in expected if facts[name] != expected[name]), None)


@cache
def _expected(name: str) -> Facts:
    scenario = next(one for one in scenarios() if one.name == name)
    return scenario.observe(order_workflow())
