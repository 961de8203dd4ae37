"""A start writes the order durably, then starts its execution."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import EngineUnavailable, InvalidRequest, OrderError, StoreConflict
from lambdas.domain.record.stages import Stage
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import a_key
from tests.support.requests import REQUEST
from tests.support.world import World


def test_a_start_writes_the_order_then_starts_its_execution(
    world: World, workflow: OrderWorkflow
) -> None:
    order, new = workflow.start(REQUEST, a_key())

    assert new
    assert world.now(order) == order
    assert order.total.amount_minor == 1600
    assert world.engine.started == [f"{order.order_id}-1"]
    assert order.event_count == 1
    [placed] = world.store.timeline(order.order_id)
    assert (placed.number, placed.kind, placed.stage) == (1, "order-placed", "start")
    assert placed.at == order.created_at


def test_an_order_whose_execution_does_not_start_is_stored_as_pending(
    world: World, workflow: OrderWorkflow, recovered: list[OrderError]
) -> None:
    world.engine.unavailable = True

    order, _ = workflow.start(REQUEST, a_key())

    assert world.now(order).start_pending
    assert [type(error) for error in recovered] == [EngineUnavailable]
    assert world.store.due(order.next_check_at, 10).order_ids == (order.order_id,)


def test_a_repeated_request_repeats_a_lost_start(world: World, workflow: OrderWorkflow) -> None:
    world.engine.unavailable = True
    order, _ = workflow.start(REQUEST, a_key())
    world.engine.unavailable = False

    workflow.start(REQUEST, a_key())

    assert world.engine.started == [order.execution]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": (("TEA", 1),)}, "unknown SKU: TEA"),
        ({"items": ()}, "1 to 50 distinct SKUs"),
        ({"items": (("MUG-RED", 0),)}, "must be 1 to 999"),
        ({"customer_id": "unknown"}, "there is no customer 'unknown'"),
    ],
)
def test_an_invalid_request_is_refused_before_any_write(
    world: World, workflow: OrderWorkflow, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        workflow.start(replace(REQUEST, **changes), a_key())  # type: ignore[arg-type]

    assert world.store.writes == 0
    assert world.engine.started == []


def test_a_start_that_conflicts_with_another_write_is_repeated(
    world: World, workflow: OrderWorkflow
) -> None:
    def conflict() -> None:
        raise StoreConflict("another start with this key is being written")

    world.store.before_write = [conflict]

    order, new = workflow.start(REQUEST, a_key())

    assert (new, world.now(order)) == (True, order)


def test_a_repeated_request_is_answered_after_its_sku_was_withdrawn(
    world: World, workflow: OrderWorkflow
) -> None:
    first, _ = workflow.start(REQUEST, a_key())
    del world.inventory.by_sku["MUG-RED"]

    assert workflow.start(REQUEST, a_key()) == (first, False)
    with pytest.raises(InvalidRequest, match="unknown SKU"):
        workflow.start(REQUEST, a_key("key-2"))


def test_a_repeated_request_does_not_start_an_order_that_is_under_way(
    world: World, workflow: OrderWorkflow
) -> None:
    order, _ = workflow.start(REQUEST, a_key())
    under_way = replace(order, stage=Stage.ENRICHMENT, start_pending=False)
    world.store.put(under_way)
    world.engine.started.clear()

    assert workflow.start(REQUEST, a_key()) == (under_way, False)
    assert world.engine.started == []
