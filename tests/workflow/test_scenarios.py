"""Runs every scenario on moto's interpreter."""

import pytest

from tests.workflow.checks import leaks, problems
from tests.workflow.scenarios.all_scenarios import SCENARIOS
from tests.workflow.scenarios.runner import ending, run_scenario
from tests.workflow.scenarios.scenario import Scenario
from tests.workflow.world import World


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_scenario_has_the_expected_end(
    scenario: Scenario, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run_scenario(scenario, world)

    assert ending(world) == scenario.ends
    assert problems(world) == []
    assert leaks(world, capsys.readouterr().out) == []


def test_the_names_of_scenarios_are_unique() -> None:
    names = [scenario.name for scenario in SCENARIOS]

    assert sorted(set(names)) == sorted(names)
