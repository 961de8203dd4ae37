"""An approver has the order open."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import OrderError, SignalNotAdmitted
from lambdas.domain.record.stages import Stage
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.world import TOKEN, World


def test_a_heartbeat_extends_the_wait(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)

    workflow.heartbeat(order.order_id)

    assert world.engine.extended == [TOKEN]
    assert world.now(order).last_heartbeat_at == NOW
    assert world.now(order).approval_deadline == order.approval_deadline


@pytest.mark.parametrize(("tick_seconds", "heartbeats", "pause"), [(300, 13, 10), (10, 3, 5)])
def test_heartbeats_reach_the_engine_once_a_minute_or_as_often_as_short_ticks_need(
    world: World, workflow: OrderWorkflow, tick_seconds: int, heartbeats: int, pause: int
) -> None:
    impatient = replace(workflow, heartbeat_seconds=tick_seconds)
    order = world.place(wait_token=TOKEN)

    for _ in range(heartbeats):
        impatient.heartbeat(order.order_id)
        world.clock.advance(pause)

    assert len(world.engine.extended) == 3


def test_a_heartbeat_without_a_token_is_recorded(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()

    workflow.heartbeat(order.order_id)

    assert world.engine.extended == []
    assert world.now(order).last_heartbeat_at == NOW


def test_a_heartbeat_that_the_engine_refuses_is_reported_only(
    world: World, workflow: OrderWorkflow, recovered: list[OrderError]
) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.unavailable = True

    workflow.heartbeat(order.order_id)

    assert len(recovered) == 1


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_APPROVAL}))
def test_only_a_waiting_order_takes_heartbeats(
    world: World, workflow: OrderWorkflow, stage: Stage
) -> None:
    order = world.place(stage)

    with pytest.raises(SignalNotAdmitted, match=r"^the order does not wait for approval$") as late:
        workflow.heartbeat(order.order_id)

    assert (late.value.order_id, late.value.stage) == (order.order_id, stage)


def test_a_heartbeat_for_an_order_that_was_just_approved_writes_nothing(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)
    paying = replace(order, stage=Stage.PAYMENT, sequence=order.sequence + 1)
    world.store.before_write = [lambda: world.store.put(paying)]

    workflow.heartbeat(order.order_id)

    assert world.now(order) == paying
    assert world.engine.extended == []


def test_a_heartbeat_rings_when_a_signal_waits(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)
    world.accept(order, a_signal())

    workflow.heartbeat(order.order_id)

    assert (world.engine.rung, world.engine.extended) == ([TOKEN], [])


def test_a_heartbeat_reads_the_order_once(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)

    assert world.reads(lambda: workflow.heartbeat(order.order_id)) == 1


def test_heartbeats_never_put_off_the_janitor(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)
    due = world.now(order).next_check_at

    for _ in range(4):
        world.clock.advance(60)
        workflow.heartbeat(order.order_id)

    assert world.now(order).next_check_at <= due


def test_a_heartbeat_after_the_deadline_is_refused(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)
    world.clock.advance(APPROVAL_TIMEOUT_MS // 1000)

    with pytest.raises(SignalNotAdmitted):
        workflow.heartbeat(order.order_id)
