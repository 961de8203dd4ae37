"""Deployments with short times, and environments that tests start and stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.scenario_runner.result import ScenarioResult
from local.scenario_runner.runner import ScenarioRunner
from local.scenario_runner.scenario import read_scenarios
from tests.system.environments import SHORT_TIMES, Environment, deployed, environment

JOBS = 4


@pytest.fixture(scope="session")
def short_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """An environment with the times of the demo, for the long proofs."""
    with deployed(tmp_path_factory.mktemp("short"), SHORT_TIMES) as made:
        yield made


@pytest.fixture
def undeployed(tmp_path: Path) -> Iterator[Environment]:
    """A stopped environment; it is stopped again at the end."""
    made = environment(tmp_path)
    yield made
    down = made.run("down")
    assert down.returncode == 0, down.stderr


@pytest.fixture(scope="session")
def results(
    short_deployment: Environment, request: pytest.FixtureRequest
) -> dict[str, ScenarioResult]:
    """The results of the selected scenarios, run together as in the demo."""
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = [spec.params.get("scenario") for spec in specs if spec]
    chosen = [one for one in read_scenarios() if one in wanted]
    state = short_deployment.state
    runner = ScenarioRunner(state, jobs=JOBS, on_progress=lambda scenario, step: None)
    result = runner.run(chosen)
    assert not result.violations, "\n".join(result.violations)
    return {one.scenario: one for one in result.scenarios}
