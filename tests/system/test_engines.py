"""The emulator gives the same result for every scenario as the simulator (and so as moto)."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.engines import on_emulator, on_simulator
from tests.engines.differences import comparable, folded
from tests.engines.results import Result
from tests.engines.scenario import Scenario
from tests.engines.scenarios import SCENARIOS
from tests.system.environments import Environment

pytestmark = pytest.mark.proof

JOBS = 4


@pytest.fixture(scope="module")
def results(
    short_deployment: Environment, request: pytest.FixtureRequest
) -> Iterator[dict[str, Future[Result]]]:
    """The emulator's results of the scenarios that are selected in this session. They run at the
    same time, except those whose faults could affect others.

    They add separate SKUs to the inventory; the seed data is restored afterwards.
    """
    state = short_deployment.state
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = [spec.params.get("scenario") for spec in specs if spec]
    numbered = [pair for pair in enumerate(SCENARIOS) if pair[1] in wanted]
    numbered.sort(key=lambda pair: on_emulator.is_alone(pair[1]))
    with ThreadPoolExecutor(JOBS) as together, ThreadPoolExecutor(1) as one_by_one:
        playing = {}
        for number, scenario in numbered:
            pool = one_by_one if on_emulator.is_alone(scenario) else together
            if pool is one_by_one:
                together.shutdown()
            playing[scenario.name] = pool.submit(on_emulator.run_scenario, scenario, number, state)
        yield playing
    short_deployment.json("reset")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_simulator_and_emulator_give_the_same_result(
    scenario: Scenario, results: dict[str, Future[Result]]
) -> None:
    simulated = folded(comparable(on_simulator.run_scenario(scenario)))

    assert folded(comparable(results[scenario.name].result())) == simulated
