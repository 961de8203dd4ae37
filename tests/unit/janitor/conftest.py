"""A janitor over fakes."""

from dataclasses import replace

import pytest

from lambdas.services.janitor import Janitor
from tests.support.world import World
from tests.unit.janitor.stopped import FailedChecks


@pytest.fixture
def failed_checks() -> FailedChecks:
    return FailedChecks()


@pytest.fixture
def janitor(world: World, failed_checks: FailedChecks) -> Janitor:
    return replace(world.deps.janitor, report=failed_checks.record)
