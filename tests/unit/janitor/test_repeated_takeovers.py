"""Takeovers in a row: each waits longer than the one before, and from the third on is reported."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import EngineUnavailable, OperationsUnavailable
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.changes import BANK_PAUSE_MS
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.takeover import MAX_LOOPS, ROW_MS
from lambdas.services.janitor import Janitor
from lambdas.services.janitor_sweep import JanitorSweep
from lambdas.telemetry import metrics
from tests.support.world import World
from tests.unit.janitor.stopped import FailedChecks, gone

HOUR = 3600


def lose(world: World, order: Order) -> None:
    """The order's newest execution fails at its first step."""
    current = world.now(order)
    world.store.put(replace(current, start_pending=False))
    world.engine.end(current, ExecutionStatus.FAILED)


def pauses(world: World, janitor: Janitor, order: Order, times: int) -> list[int]:
    """Seconds between takeovers of an order whose every execution fails at once."""
    found: list[int] = []
    at = world.clock.now()
    while len(found) < times:
        lose(world, order)
        while janitor.reconcile(order.order_id) == "postponed":
            world.clock.advance((world.now(order).next_check_at - world.clock.now()) / 1000)
        found.append((world.clock.now() - at) // 1000)
        at = world.clock.now()
    return found


def test_the_pauses_between_takeovers_double_up_to_an_hour(world: World, janitor: Janitor) -> None:
    order = gone(world)

    assert pauses(world, janitor, order, 9) == [0, 90, 180, 360, 720, 1440, 2880, HOUR, HOUR]


def test_the_fast_path_keeps_to_the_pause(world: World, janitor: Janitor) -> None:
    order = gone(world)
    janitor.reconcile(order.order_id)
    lose(world, order)
    current = world.now(order)

    assert janitor.execution_stopped(order.order_id, current.execution) == "postponed"

    assert world.now(order).next_check_at == world.clock.now() + 90_000


def test_an_execution_that_a_person_stopped_is_taken_over_without_a_pause(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    pauses(world, janitor, order, 6)
    lose(world, order)
    world.engine.end(world.now(order), ExecutionStatus.ABORTED)

    assert janitor.reconcile(order.order_id) == "taken-over"
    assert world.now(order).stage is Stage.COMPENSATING


def test_an_order_that_ran_for_a_day_is_taken_over_at_once_again(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    pauses(world, janitor, order, 4)
    world.clock.advance(ROW_MS / 1000)

    assert pauses(world, janitor, order, 2) == [0, 90]
    assert world.now(order).takeovers == 2


def test_takeovers_of_an_order_that_waits_for_a_bank_are_not_in_a_row() -> None:
    assert ROW_MS < BANK_PAUSE_MS


def test_the_third_takeover_in_a_row_is_reported_and_counted(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    pauses(world, janitor, order, 2)
    assert world.operations.takeovers == []

    pauses(world, janitor, order, 2)

    assert world.operations.takeovers == [(order.order_id, 3), (order.order_id, 4)]
    assert metrics.metric_set["TakeoverRepeated"]["Value"] == [1.0, 1.0]


@pytest.mark.parametrize("hours", [3, 16])
def test_executions_that_pause_for_hours_before_they_fail_are_in_a_row(
    world: World, janitor: Janitor, hours: int
) -> None:
    order = gone(world)

    for _ in range(3):
        pauses(world, janitor, order, 1)
        world.clock.advance(hours * HOUR)

    assert world.operations.takeovers == [(order.order_id, 3)]


def test_takeovers_that_continue_a_long_wait_are_not_in_a_row(
    world: World, janitor: Janitor
) -> None:
    order = gone(world, Stage.AWAITING_APPROVAL)

    for _ in range(5):
        assert janitor.reconcile(order.order_id) == "resumed"
        lose(world, order)
        world.store.put(replace(world.now(order), wait_loops=MAX_LOOPS))
        world.clock.advance(2 * 60)

    assert world.now(order).takeovers == 1
    assert world.operations.takeovers == []


def test_a_report_that_cannot_be_made_does_not_hold_up_the_takeover(
    world: World, janitor: Janitor, failed_checks: FailedChecks
) -> None:
    def away(order: Order) -> None:
        raise OperationsUnavailable("no queue", order_id=order.order_id)

    world.operations.report_takeovers = away  # type: ignore[method-assign]
    order = gone(world)

    pauses(world, janitor, order, 3)

    assert world.engine.started[-1] == f"{order.order_id}-4"
    assert failed_checks == []


def test_a_takeover_that_cannot_be_started_is_reported_all_the_same(
    world: World, janitor: Janitor, janitor_sweep: JanitorSweep
) -> None:
    order = gone(world)
    pauses(world, janitor, order, 2)
    lose(world, order)
    world.clock.advance(HOUR)

    def busy(order: Order) -> None:
        raise EngineUnavailable("busy", order_id=order.order_id)

    world.engine.start = busy  # type: ignore[method-assign]
    assert janitor_sweep.run() == {"failed": 1}

    assert world.operations.takeovers == [(order.order_id, 3)]
