"""A janitor over fakes."""

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
    return Janitor(
        orders=world.deps.orders,
        index=world.store,
        engine=world.engine,
        clock=world.clock,
        report=survivors.note,
    )
