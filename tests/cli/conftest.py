"""A terminal connected to the API on fakes."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.support.api_caller import ApiCaller
from tests.support.telemetry import discard_metrics
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
    # The handler prints its metrics to stdout, which here is the output of the command.
    monkeypatch.setattr("lambdas.api.handler.flush_metrics", discard_metrics)
    return Terminal(ApiCaller(world), tmp_path, monkeypatch, capsys)
