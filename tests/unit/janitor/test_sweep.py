"""Once a minute: every overdue order gets what it needs."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.activities.inventory import release_stock
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import refund_payment
from lambdas.domain.changes import CHECK_SOON_MS
from lambdas.domain.errors import (
    EngineUnavailable,
    StaleEpoch,
)
from lambdas.domain.ledger import RESERVE
from lambdas.domain.order import Order
from lambdas.domain.stages import ENDS, Stage
from lambdas.janitor import SWEEP_LIMIT, Janitor
from tests.support.builders import a_signal, an_order
from tests.support.world import TOKEN, World
from tests.unit.janitor.stopped import OPEN, Survivors, gone


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


def test_a_takeover_whose_start_was_lost_is_started_by_the_next_sweep(
    world: World, janitor: Janitor, survivors: Survivors
) -> None:
    order = gone(world, next_check_at=world.clock.now())
    starting = world.engine.start

    def busy(order: Order) -> None:
        raise EngineUnavailable("busy", order_id=order.order_id)

    world.engine.start = busy  # type: ignore[method-assign]
    assert janitor.sweep() == {"failed": 1}
    assert [type(error) for _, error in survivors] == [EngineUnavailable]
    assert world.now(order).start_pending

    world.engine.start = starting  # type: ignore[method-assign]
    world.clock.advance(120)
    assert janitor.sweep() == {"started": 1}
    assert world.engine.started == [f"{order.order_id}-2"]


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


def test_a_running_order_is_only_looked_after_later(world: World, janitor: Janitor) -> None:
    order = world.place(next_check_at=world.clock.now())

    assert janitor.sweep() == {"running": 1}
    assert janitor.sweep() == {}

    after = world.now(order)
    assert after.next_check_at == world.clock.now() + 300_000
    assert (after.stage, after.epoch, after.event_count) == (order.stage, 1, 0)


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


def test_one_orders_trouble_does_not_keep_the_others_waiting(
    world: World, janitor: Janitor, survivors: Survivors
) -> None:
    due: dict[str, Any] = {"next_check_at": world.clock.now() - 1, "start_pending": False}
    broken, healthy = gone(world, **due), gone(world, **due)
    getting = world.store.get

    def fail_for_one(order_id: str) -> Order:
        if order_id == broken.order_id:
            raise ValueError("not a stage that this version knows")
        return getting(order_id)

    world.store.get = fail_for_one  # type: ignore[method-assign]

    assert janitor.sweep() == {"failed": 1, "taken-over": 1}
    assert [order_id for order_id, _ in survivors] == [broken.order_id]
    assert getting(healthy.order_id).epoch == 2


def test_a_sweep_looks_at_the_longest_overdue_first_and_at_no_more_than_its_limit(
    world: World, janitor: Janitor
) -> None:
    now = world.clock.now()
    world.engine.running = set()
    orders = [an_order(Stage.START, next_check_at=now - i) for i in range(SWEEP_LIMIT + 5)]
    world.store.put(*orders)

    assert janitor.sweep() == {"started": SWEEP_LIMIT}

    left = {order.order_id for order in orders[:5]}
    assert set(world.store.due(now, 999)) == left


def test_a_stuck_order_whose_new_execution_was_not_started_is_started_soon(
    world: World, janitor: Janitor
) -> None:
    order = world.place(Stage.COMPENSATING, compensation_attempts=6)
    stuck = replace(order.ledger[RESERVE], stuck=True)
    world.store.put(replace(order.with_effect(RESERVE, stuck), next_check_at=0))
    world.engine.running = set()
    starting = world.engine.start

    def busy(order: Order) -> None:
        raise EngineUnavailable("busy", order_id=order.order_id)

    world.engine.start = busy  # type: ignore[method-assign]
    assert janitor.sweep() == {"failed": 1}
    world.engine.start = starting  # type: ignore[method-assign]
    world.clock.advance(60)

    assert janitor.sweep() == {"started": 1}
