"""The API over a world of fakes."""

import pytest

from lambdas.telemetry import metrics
from tests.support.api_caller import ApiCaller
from tests.support.telemetry import forget_metrics
from tests.support.world import World


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> ApiCaller:
    forget_metrics()
    monkeypatch.setattr(metrics, "namespace", "OrderWorkflow")
    return ApiCaller(world)
