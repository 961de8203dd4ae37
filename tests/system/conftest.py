"""One deployment for all tests that do not stop it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.scenario_runner.result import Verdict
from local.scenario_runner.runner import Performance
from local.scenario_runner.scenario import all_stories
from tests.system.environments import Environment, deployed, environment

JOBS = 4


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A running environment with short times; stopped at the end."""
    with deployed(tmp_path_factory.mktemp("deployment")) as made:
        yield made


@pytest.fixture
def undeployed(tmp_path: Path) -> Iterator[Environment]:
    """A stopped environment; it is stopped again at the end."""
    made = environment(tmp_path)
    yield made
    down = made.run("down")
    assert down.returncode == 0, down.stderr


@pytest.fixture(scope="session")
def verdicts(deployment: Environment, request: pytest.FixtureRequest) -> dict[str, Verdict]:
    """The results of the selected scenarios, run together as in the demo."""
    parameters = [getattr(item, "callspec", None) for item in request.session.items]
    wanted = [spec.params["story"].name for spec in parameters if spec and "story" in spec.params]
    chosen = [story for story in all_stories() if story.name in wanted]
    performance = Performance(deployment.state, jobs=JOBS, watcher=lambda story, doing: None)
    result = performance.play(chosen)
    assert not result.violations, "\n".join(result.violations)
    return {verdict.story: verdict for verdict in result.verdicts}
