"""One overdue order gets what it needs: a takeover, a start, a ring or nothing."""

from dataclasses import replace

import pytest

from lambdas.activities.inventory import release_stock
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import refund_payment
from lambdas.domain.changes import CHECK_SOON_MS
from lambdas.domain.errors import StaleEpoch
from lambdas.domain.stages import ENDS, Stage
from lambdas.janitor import Janitor
from tests.support.builders import a_signal
from tests.support.world import TOKEN, World
from tests.unit.janitor.stopped import OPEN, gone


@pytest.mark.parametrize("stage", OPEN)
def test_an_order_whose_execution_is_gone_is_taken_over(
    world: World, janitor: Janitor, stage: Stage
) -> None:
    order = gone(world, stage, start_pending=False)

    assert janitor.look_after(order.order_id) == "taken-over"

    after = world.now(order)
    assert (after.stage, after.epoch) == (Stage.COMPENSATING, 2)
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.problems() == []


def test_the_old_execution_can_write_no_more_after_a_takeover(
    world: World, janitor: Janitor
) -> None:
    order = gone(world, Stage.STATUS_UPDATE)
    janitor.look_after(order.order_id)

    with pytest.raises(StaleEpoch):
        world.run(update_order_status, order)
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, world.now(order))

    assert world.now(order).stage is Stage.FAILED
    assert world.now(order).last_error == "the execution stopped"
    assert world.problems() == []


def test_an_old_execution_that_still_waits_is_woken_to_find_that_it_lost_the_order(
    world: World, janitor: Janitor
) -> None:
    order = gone(world, wait_token=TOKEN)

    janitor.look_after(order.order_id)

    assert world.engine.rung == [TOKEN]
    assert world.now(order).wait_token is None


def test_a_pending_cancel_is_honoured_by_the_takeover(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.PAYMENT)
    cancel = world.cancel(order)

    janitor.look_after(order.order_id)

    after = world.now(order)
    assert after.cancelled
    assert after.outcomes == {cancel.signal_id: "applied"}


def test_two_janitors_at_once_take_an_order_over_once(world: World, janitor: Janitor) -> None:
    order = gone(world)
    world.store.before_write = [lambda: janitor.look_after(order.order_id)]

    janitor.look_after(order.order_id)

    assert world.now(order).epoch == 2
    assert world.engine.started == [f"{order.order_id}-2"]


def test_an_order_that_ends_meanwhile_is_left_alone(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.STATUS_UPDATE)
    world.store.before_write = [lambda: world.run(update_order_status, order)]

    assert janitor.look_after(order.order_id) == "nothing"

    assert world.now(order).stage is Stage.COMPLETED
    assert world.engine.started == []
    assert world.problems() == []


def test_a_start_that_was_lost_is_repeated(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.START, start_pending=True)

    assert janitor.look_after(order.order_id) == "started"

    after = world.now(order)
    assert (after.stage, after.epoch, after.start_pending) == (Stage.START, 1, False)
    assert world.engine.started == [order.execution]


def test_a_lost_wake_up_is_repeated(world: World, janitor: Janitor) -> None:
    order = world.place(wait_token=TOKEN)
    world.accept(order, a_signal())

    assert janitor.look_after(order.order_id) == "rung"

    assert world.engine.rung == [TOKEN]
    assert world.now(order).pending
    assert world.now(order).next_check_at == world.clock.now() + CHECK_SOON_MS


def test_a_pending_signal_without_a_token_waits_for_its_execution(
    world: World, janitor: Janitor
) -> None:
    order = world.place()
    world.accept(order, a_signal())

    assert janitor.look_after(order.order_id) == "running"

    assert world.engine.rung == []


def test_an_order_that_was_taken_over_meanwhile_is_not_put_off(
    world: World, janitor: Janitor
) -> None:
    order = world.place(next_check_at=1)
    taken = replace(order, epoch=2, sequence=order.sequence + 1)
    world.store.before_write = [lambda: world.store.put(taken)]

    assert janitor.look_after(order.order_id) == "running"

    assert world.now(order) == taken


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_ended_order_needs_nothing(world: World, janitor: Janitor, end: Stage) -> None:
    order = gone(world, end)

    assert janitor.look_after(order.order_id) == "nothing"

    assert world.now(order) == order
