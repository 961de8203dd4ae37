"""The simulator's interpreter tells of every scenario what moto's tells."""

import contextlib
import io
import json
import re
from functools import lru_cache

import pytest

from tests.engines import on_moto, on_simulator
from tests.engines.differences import ON_EMULATOR_ONLY, RULES, comparable
from tests.engines.scenario import Scenario
from tests.engines.scenarios import SCENARIOS
from tests.engines.telling import Telling
from tests.workflow.world import a_world

NEEDED_BY = {
    "ticks": "nobody approves in time",
    "services": "recommendations are down",
    "stops": "execution stopped",
    "causes": "payment declined",
}
"""A scenario that shows each difference between moto and the simulator."""


@lru_cache
def told_by_moto(name: str) -> Telling:
    with a_world() as world, contextlib.redirect_stdout(io.StringIO()):
        return on_moto.play(named(name), world)


def named(name: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.name == name)


def alike(told: Telling, *, but: str = "") -> Telling:
    """What moto and the simulator have to tell alike."""
    return comparable(told, but={*ON_EMULATOR_ONLY, but})


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_simulator_and_moto_tell_the_same(name: str) -> None:
    simulated = on_simulator.play(named(name))

    assert alike(simulated) == alike(told_by_moto(name))


@pytest.mark.parametrize(("rule", "name"), NEEDED_BY.items())
def test_no_difference_is_forgiven_without_need(rule: str, name: str) -> None:
    simulated = on_simulator.play(named(name))

    assert alike(simulated, but=rule) != alike(told_by_moto(name), but=rule)


@pytest.mark.parametrize("field", ["heartbeat_seconds", "timeout_seconds"])
def test_a_wait_of_another_length_is_a_difference(field: str) -> None:
    simulated = on_simulator.play(named("nobody approves in time"))
    text = json.dumps(simulated)
    longer = json.loads(re.sub(rf'"{field}": (\d+)', rf'"{field}": \g<1>9', text))

    assert longer != simulated
    assert alike(longer) != alike(simulated)
    assert comparable(longer) == comparable(simulated)


def test_every_difference_has_a_scenario_that_shows_it() -> None:
    assert NEEDED_BY.keys() == RULES.keys() - ON_EMULATOR_ONLY


def test_no_two_scenarios_have_one_name() -> None:
    names = [scenario.name for scenario in SCENARIOS]

    assert sorted(set(names)) == sorted(names)
