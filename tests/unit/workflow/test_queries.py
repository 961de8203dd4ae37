"""Reading never writes."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import SignalNotFound
from lambdas.domain.stages import Stage
from lambdas.workflow import OrderWorkflow
from tests.support.builders import a_key, a_signal
from tests.support.requests import REQUEST
from tests.support.world import World


def test_a_query_neither_waits_nor_writes(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()

    assert workflow.get_status(order.order_id) == order
    assert (world.store.writes, world.clock.slept) == (0, [])


def test_an_unknown_signal_is_not_found(world: World, workflow: OrderWorkflow) -> None:
    with pytest.raises(SignalNotFound):
        workflow.get_signal(world.place().order_id, "nobody", wait_seconds=5)


def test_an_outcome_is_waited_for_as_long_as_asked(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))

    after = workflow.get_signal(order.order_id, "S", wait_seconds=5)

    assert "S" not in after.outcomes
    assert sum(world.clock.slept) == 5


def test_an_outcome_ends_the_wait(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))
    settled = replace(order, applied=1, outcomes={"S": "stale"})
    world.clock.during_sleep = lambda: world.store.put(settled)

    after = workflow.get_signal(order.order_id, "S", wait_seconds=5)

    assert after.outcomes == {"S": "stale"}
    assert world.clock.slept == [0.25]


def test_without_a_wish_to_wait_the_answer_comes_at_once(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))

    workflow.get_signal(order.order_id, "S")

    assert world.clock.slept == []


def test_lists_and_timelines_come_from_the_store(world: World, workflow: OrderWorkflow) -> None:
    order, _ = workflow.start(REQUEST, a_key())
    world.place(Stage.PAYMENT, customer_id="bob")

    page = workflow.list_orders(stage=None, customer_id="alice", limit=10, cursor=None)

    assert page.orders == (order,)
    assert [event.kind for event in workflow.timeline(order.order_id)] == ["order-placed"]
