"""The API over a world of fakes."""

import pytest

from lambdas.telemetry import metrics
from tests.support.api_caller import ApiCaller
from tests.support.telemetry import discard_metrics
from tests.support.world import World


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> ApiCaller:
    discard_metrics()
    monkeypatch.setattr(metrics, "namespace", "OrderWorkflow")
    return ApiCaller(world)
