"""Reading never writes."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.errors import SignalNotFound
from lambdas.domain.order_lists import MAX_PAGE, Page
from lambdas.domain.record.outcomes import OrderOutcome
from lambdas.domain.record.stages import Stage
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import a_signal
from tests.support.world import World


def test_a_query_neither_waits_nor_writes(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()

    assert workflow.get_status(order.order_id) == order
    assert (world.store.writes, world.clock.slept) == (0, [])


def test_an_unknown_signal_is_not_found(world: World, workflow: OrderWorkflow) -> None:
    order_id = world.place().order_id

    with pytest.raises(SignalNotFound) as missing:
        workflow.get_signal(order_id, "unknown", wait_seconds=5)

    assert (missing.value.message, missing.value.order_id) == (
        "the order has no such signal",
        order_id,
    )


def test_an_outcome_ends_the_wait(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))
    settled = replace(order, applied=1, outcomes={"S": "stale"})
    world.clock.during_sleep = lambda: world.store.put(settled)

    after = workflow.get_signal(order.order_id, "S", wait_seconds=5)

    assert after.outcomes == {"S": "stale"}
    assert world.clock.slept == [0.25]


def test_a_list_is_narrowed_by_outcome_within_one_page_of_its_stage(
    world: World, workflow: OrderWorkflow
) -> None:
    rejected = [world.place(Stage.FAILED, last_error="InsufficientStock: none") for _ in range(2)]
    stopped = {"last_error": "the execution stopped"}
    technical = [world.place(Stage.FAILED, **stopped) for _ in range(MAX_PAGE)]
    newest = world.place(Stage.FAILED, last_error="PaymentDeclined: no")
    world.place(Stage.CANCELLED)
    world.place(Stage.FAILED, last_error="PaymentDeclined: no", customer_id="bob")
    every: dict[str, Any] = {
        "stage": None,
        "customer_id": "alice",
        "outcome": OrderOutcome.REJECTED,
    }

    first = workflow.list_orders(**every, limit=9, cursor=None)
    second = workflow.list_orders(**every, limit=1, cursor=first.cursor)
    third = workflow.list_orders(**every, limit=1, cursor=second.cursor)

    assert (first.orders, second.orders) == ((newest,), (rejected[1],))
    assert first.cursor == technical[1].order_id
    assert third == Page((rejected[0],), None)


def test_no_order_has_an_outcome_of_another_stage(world: World, workflow: OrderWorkflow) -> None:
    world.place(Stage.CANCELLED)

    page = workflow.list_orders(
        stage=Stage.FAILED,
        outcome=OrderOutcome.CANCELLED,
        customer_id=None,
        limit=9,
        cursor=None,
    )

    assert page == Page((), None)
