"""A terminal over a world of fakes."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.support.api_caller import ApiCaller
from tests.support.telemetry import forget_metrics
from tests.support.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def terminal(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    # A function's metrics go to its stdout, which is not that of the terminal.
    monkeypatch.setattr("lambdas.api.handler.flush_metrics", forget_metrics)
    return Terminal(ApiCaller(world), tmp_path, monkeypatch, capsys)
