"""The interpreters of the simulator and of moto give the same result for every scenario."""

import contextlib
import io
import json
import re
from functools import lru_cache

import pytest

from tests.engines import on_moto, on_simulator
from tests.engines.differences import ON_EMULATOR_ONLY, RULES, comparable
from tests.engines.results import Result
from tests.engines.scenario import STOCK, Scenario
from tests.engines.scenarios import SCENARIOS
from tests.workflow import resources
from tests.workflow.checks import leaks, problems
from tests.workflow.world import a_world

UNITS = {**resources.UNITS, **{sku: goods.available for sku, goods in STOCK.items()}}
NEEDED_BY = {
    "ticks": "approval deadline passes",
    "services": "recommendations are down",
    "stops": "execution stopped",
    "causes": "payment declined",
}
"""For each difference between moto and the simulator, a scenario that shows it."""


@lru_cache
def moto_result(name: str) -> Result:
    with a_world() as world, contextlib.redirect_stdout(io.StringIO()) as printed:
        result = on_moto.run_scenario(named(name), world)
        assert problems(world, UNITS) == []
        assert leaks(world, printed.getvalue()) == []
        return result


def named(name: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.name == name)


def alike(result: Result, *, but: str = "") -> Result:
    """The part of a result that must be equal on moto and the simulator."""
    return comparable(result, but={*ON_EMULATOR_ONLY, but})


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_simulator_and_moto_give_the_same_result(name: str) -> None:
    simulated = on_simulator.run_scenario(named(name))

    assert simulated["order"]["stage"] == named(name).stage
    assert alike(simulated) == alike(moto_result(name))


@pytest.mark.parametrize(("rule", "name"), NEEDED_BY.items())
def test_every_allowed_difference_is_needed(rule: str, name: str) -> None:
    simulated = on_simulator.run_scenario(named(name))

    assert alike(simulated, but=rule) != alike(moto_result(name), but=rule)


@pytest.mark.parametrize("field", ["heartbeat_seconds", "timeout_seconds"])
def test_a_wait_of_different_length_is_a_difference(field: str) -> None:
    simulated = on_simulator.run_scenario(named("approval deadline passes"))
    text = json.dumps(simulated)
    longer = json.loads(re.sub(rf'"{field}": (\d+)', rf'"{field}": \g<1>9', text))

    assert longer != simulated
    assert alike(longer) != alike(simulated)
    assert comparable(longer) == comparable(simulated)


def test_every_difference_has_a_scenario_that_shows_it() -> None:
    assert NEEDED_BY.keys() == RULES.keys() - ON_EMULATOR_ONLY


def test_scenario_names_are_unique() -> None:
    names = [scenario.name for scenario in SCENARIOS]

    assert sorted(set(names)) == sorted(names)
