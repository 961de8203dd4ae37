"""One overdue order gets what it needs: a takeover, a start, a ring or nothing."""

from dataclasses import replace

import pytest

from lambdas.activities.order_status import update_order_status
from lambdas.domain.errors import EngineUnavailable, StaleEpoch
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.stages import BEFORE_PAYMENT, ENDS, Stage
from lambdas.services.janitor import Janitor
from tests.support.builders import a_signal
from tests.support.world import TOKEN, World
from tests.unit.janitor.stopped import LOST, OPEN, gone, stopped


@pytest.mark.parametrize("stage", OPEN)
def test_an_order_whose_execution_a_person_stopped_is_compensated(
    world: World, janitor: Janitor, stage: Stage
) -> None:
    order = stopped(world, stage, start_pending=False)

    assert janitor.reconcile(order.order_id) == "taken-over"

    after = world.now(order)
    assert (after.stage, after.epoch) == (Stage.COMPENSATING, 2)
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.problems() == []


@pytest.mark.parametrize("status", LOST)
@pytest.mark.parametrize("stage", sorted(set(OPEN) - {Stage.COMPENSATING}))
def test_an_order_that_lost_its_execution_continues_where_it_stands(
    world: World, janitor: Janitor, stage: Stage, status: ExecutionStatus
) -> None:
    order = gone(world, stage, status, start_pending=False, wait_token=TOKEN, wait_loops=7)
    signal = world.accept(order, a_signal()) if stage in BEFORE_PAYMENT else None

    assert janitor.reconcile(order.order_id) == "resumed"

    after = world.now(order)
    assert (after.stage, after.epoch, after.start_pending) == (stage, 2, True)
    assert (after.wait_token, after.wait_loops) == (None, 0)
    assert after.pending == ((signal,) if signal else ())
    assert after.last_error is None
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.problems() == []


@pytest.mark.parametrize("status", LOST)
def test_a_lost_compensation_is_resumed(
    world: World, janitor: Janitor, status: ExecutionStatus
) -> None:
    order = gone(world, Stage.COMPENSATING, status)

    assert janitor.reconcile(order.order_id) == "taken-over"

    assert world.now(order).epoch == 2
    assert world.store.timeline(order.order_id)[-1].kind == "compensation-resumed"
    assert world.now(order).last_error == order.last_error


def test_the_old_execution_can_write_no_more_after_a_takeover(
    world: World, janitor: Janitor
) -> None:
    order = stopped(world, Stage.STATUS_UPDATE)
    janitor.reconcile(order.order_id)

    with pytest.raises(StaleEpoch):
        world.run(update_order_status, order)
    world.compensate(world.now(order))

    assert world.now(order).stage is Stage.FAILED
    assert world.now(order).last_error == "the execution stopped"
    assert world.problems() == []


def test_an_old_execution_that_still_waits_is_woken_to_find_that_it_lost_the_order(
    world: World, janitor: Janitor
) -> None:
    order = gone(world, wait_token=TOKEN)

    janitor.reconcile(order.order_id)

    assert world.engine.rung == [TOKEN]
    assert world.now(order).wait_token is None


def test_a_takeover_succeeds_though_the_old_execution_cannot_be_woken(
    world: World, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(token: str) -> bool:
        raise EngineUnavailable("Step Functions answered ThrottlingException")

    monkeypatch.setattr(world.engine, "ring", throttled)
    order = gone(world, wait_token=TOKEN)

    assert janitor.reconcile(order.order_id) == "resumed"

    assert world.engine.started == [f"{order.order_id}-2"]


def test_two_janitors_at_once_take_an_order_over_once(world: World, janitor: Janitor) -> None:
    order = gone(world)
    world.store.before_write = [lambda: janitor.reconcile(order.order_id)]

    janitor.reconcile(order.order_id)

    assert world.now(order).epoch == 2
    assert world.engine.started == [f"{order.order_id}-2"]


def test_an_order_that_ends_meanwhile_is_left_alone(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.STATUS_UPDATE)
    world.store.before_write = [lambda: world.run(update_order_status, order)]

    assert janitor.reconcile(order.order_id) == "nothing"

    assert world.now(order).stage is Stage.COMPLETED
    assert world.engine.started == []
    assert world.problems() == []


def test_a_start_that_was_lost_is_repeated(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.START, ExecutionStatus.UNKNOWN, start_pending=True)

    assert janitor.reconcile(order.order_id) == "started"

    after = world.now(order)
    assert (after.stage, after.epoch, after.start_pending) == (Stage.START, 1, False)
    assert world.engine.started == [order.execution]


def test_an_execution_that_ended_before_its_first_write_is_replaced_at_once(
    world: World, janitor: Janitor
) -> None:
    order = gone(world, Stage.START, ExecutionStatus.FAILED, start_pending=True)

    assert janitor.reconcile(order.order_id) == "resumed"

    assert world.now(order).epoch == 2
    assert world.engine.started == [f"{order.order_id}-2"]


def test_a_lost_wake_up_is_repeated(world: World, janitor: Janitor) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.waiting.add(TOKEN)
    world.accept(order, a_signal())

    assert janitor.reconcile(order.order_id) == "rung"

    assert world.engine.rung == [TOKEN]
    assert world.now(order).pending
    assert world.now(order).next_check_at == world.clock.now() + CHECK_SOON_MS


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_signal_that_no_wait_takes_is_applied_by_a_new_execution(
    world: World, janitor: Janitor, token: str | None
) -> None:
    order = world.place(wait_token=token)
    signal = world.accept(order, a_signal())

    assert janitor.reconcile(order.order_id) == "running"
    world.clock.advance(CHECK_SOON_MS / 1000)
    world.store.put(replace(world.now(order), updated_at=world.clock.now()))
    assert janitor.reconcile(order.order_id) == "resumed"

    after = world.now(order)
    assert (after.epoch, after.pending) == (2, (signal,))
    assert world.engine.started == [f"{order.order_id}-2"]


def test_a_cancel_that_no_step_takes_is_compensated_by_a_new_execution(
    world: World, janitor: Janitor
) -> None:
    order = world.place(Stage.PAYMENT)
    cancel = world.cancel(order)
    world.clock.advance(CHECK_SOON_MS / 1000)

    assert janitor.reconcile(order.order_id) == "taken-over"

    assert world.now(order).outcomes == {cancel.signal_id: "applied"}


def test_an_order_that_was_taken_over_meanwhile_is_not_put_off(
    world: World, janitor: Janitor
) -> None:
    order = world.place(next_check_at=1)
    taken = replace(order, epoch=2, sequence=order.sequence + 1)
    world.store.before_write = [lambda: world.store.put(taken)]

    assert janitor.reconcile(order.order_id) == "running"

    assert world.now(order) == taken


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_ended_order_needs_nothing(world: World, janitor: Janitor, end: Stage) -> None:
    order = gone(world, end)

    assert janitor.reconcile(order.order_id) == "nothing"

    assert world.now(order) == order


def test_a_signal_before_the_wait_begins_waits_for_it(world: World, janitor: Janitor) -> None:
    order = world.place(Stage.RESERVE)
    world.accept(order, a_signal())
    world.clock.advance(300)

    assert janitor.reconcile(order.order_id) == "running"
