"""The workflow over fakes."""

import pytest

from lambdas.domain.errors import OrderError
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import an_order_id
from tests.support.world import World


@pytest.fixture
def recovered() -> list[OrderError]:
    return []


@pytest.fixture
def workflow(world: World, recovered: list[OrderError]) -> OrderWorkflow:
    return OrderWorkflow(
        store=world.store,
        index=world.store,
        engine=world.engine,
        catalogue=world.inventory,
        customers=world.customers,
        clock=world.clock,
        orders=world.deps.orders,
        new_id=an_order_id,
        report=recovered.append,
        heartbeat_seconds=300,
    )
