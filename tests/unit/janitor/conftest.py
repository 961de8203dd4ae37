"""The janitor and its sweep over fakes."""

from dataclasses import replace

import pytest

from lambdas.services.janitor import Janitor
from lambdas.services.janitor_sweep import JanitorSweep
from tests.support.world import World
from tests.unit.janitor.stopped import FailedChecks


@pytest.fixture
def failed_checks() -> FailedChecks:
    return FailedChecks()


@pytest.fixture
def janitor(world: World) -> Janitor:
    return world.deps.janitor


@pytest.fixture
def janitor_sweep(world: World, failed_checks: FailedChecks) -> JanitorSweep:
    return replace(world.deps.janitor_sweep, report=failed_checks.record)
