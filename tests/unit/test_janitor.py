"""The janitor: whatever was lost, the order goes on; nothing is done twice."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.activities.inventory import release_stock
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.domain.changes import CHECK_SOON_MS
from lambdas.domain.errors import (
    EngineUnavailable,
    OrderError,
    OrderNotFound,
    SignalNotAdmitted,
    StaleEpoch,
)
from lambdas.domain.ledger import RESERVE
from lambdas.domain.order import Order
from lambdas.domain.stages import ENDS, Stage
from lambdas.janitor import SWEEP_LIMIT, Janitor
from tests.support.builders import a_signal, an_order
from tests.support.world import TOKEN, World

OPEN = sorted(set(Stage) - ENDS - {Stage.NOTIFY})


class Survivors(list[OrderError]):
    """The errors that the janitor reported."""


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
        report=survivors.append,
    )


def gone(world: World, stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
    """An order whose execution stopped."""
    order = world.place(stage, **changes)
    world.engine.stop(order.execution)
    return order


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
    assert [type(error) for error in survivors] == [EngineUnavailable]
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
            raise OrderNotFound("vanished", order_id=order_id)
        return getting(order_id)

    world.store.get = fail_for_one  # type: ignore[method-assign]

    assert janitor.sweep() == {"failed": 1, "taken-over": 1}
    assert [error.order_id for error in survivors] == [broken.order_id]
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


def test_the_fast_path_takes_over_what_the_engine_says_has_stopped(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)

    assert janitor.execution_stopped(order.order_id, order.execution) == "taken-over"


@pytest.mark.parametrize("execution", ["other-1", "{order_id}-2"])
def test_the_fast_path_ignores_an_execution_that_does_not_own_the_order(
    world: World, janitor: Janitor, execution: str
) -> None:
    order = gone(world)
    name = execution.format(order_id=order.order_id)

    assert janitor.execution_stopped(order.order_id, name) == "nothing"

    assert world.now(order) == order


def test_the_fast_path_leaves_a_stuck_order_to_its_backoff(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.COMPENSATING)
    world.run(close_order, order)
    stuck = world.now(order)
    assert stuck.ledger[RESERVE].stuck

    assert janitor.execution_stopped(order.order_id, order.execution) == "nothing"
    assert world.now(order) == stuck


def test_the_fast_path_leaves_an_ended_order_alone(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.FAILED)

    assert janitor.execution_stopped(order.order_id, order.execution) == "nothing"


def test_a_stuck_order_is_tried_again_until_it_works(world: World, janitor: Janitor) -> None:
    order = gone(world, Stage.COMPENSATING)
    world.inventory.shelves["COFFEE-1KG"].held = 0
    world.run(close_order, order)
    world.clock.advance(3600)

    assert janitor.sweep() == {"taken-over": 1}
    world.inventory.shelves["COFFEE-1KG"].held = 2
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, world.now(order))

    assert world.now(order).stage is Stage.FAILED
    assert world.problems() == []


def test_an_order_whose_compensation_never_began_is_taken_over_with_its_cancel(
    world: World, janitor: Janitor
) -> None:
    """RefundPayment failed before its first write, then CloseOrder ended the execution."""
    order = world.place()
    cancel = world.cancel(order)
    world.run(close_order, order)
    world.engine.stop(order.execution)

    assert janitor.execution_stopped(order.order_id, order.execution) == "taken-over"
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, world.now(order))

    after = world.now(order)
    assert (after.stage, after.outcomes) == (Stage.CANCELLED, {cancel.signal_id: "applied"})
    assert world.problems() == []


@pytest.mark.parametrize("stage", OPEN)
def test_an_operator_compensates_an_order_whatever_its_execution_is_doing(
    world: World, janitor: Janitor, stage: Stage
) -> None:
    order = world.place(stage, wait_token=TOKEN, last_error=None)

    after = janitor.compensate(order.order_id)

    assert (after.stage, after.epoch) == (Stage.COMPENSATING, 2)
    assert after.last_error == "compensated by an operator"
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.engine.rung == [TOKEN]


@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_operator_cannot_turn_back_an_order_that_ended(
    world: World, janitor: Janitor, end: Stage
) -> None:
    order = world.place(end)

    with pytest.raises(SignalNotAdmitted, match=f"the order is {end} already"):
        janitor.compensate(order.order_id)

    assert world.now(order) == order


def test_an_operators_takeover_during_a_payment_gives_the_money_back(
    world: World, janitor: Janitor
) -> None:
    order = world.place(Stage.PAYMENT, total=4200)
    world.store.before_write = [lambda: janitor.compensate(order.order_id)]

    with pytest.raises(StaleEpoch):
        world.run(process_payment, order)
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, world.now(order))

    assert world.payments.net_minor(f"pay:{order.order_id}") == 0
    assert world.now(order).ledger["pay"].refunded_minor == 4200
    assert world.problems() == []
