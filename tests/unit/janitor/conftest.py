"""A janitor over fakes."""

from dataclasses import replace

import pytest

from lambdas.janitor import Janitor
from tests.support.world import World
from tests.unit.janitor.stopped import Survivors


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def survivors() -> Survivors:
    return Survivors()


@pytest.fixture
def janitor(world: World, survivors: Survivors) -> Janitor:
    return replace(world.deps.janitor, report=survivors.note)
