"""The sweep over the overdue orders: a failed check does not affect the others."""

from dataclasses import replace
from threading import Barrier
from typing import Any

from lambdas.adapters.orders.order_records import OPEN_SHARDS
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.order_lists import Overdue
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.services.janitor import Janitor
from lambdas.services.janitor_sweep import SWEEP_LIMIT, JanitorSweep
from lambdas.settings import Settings
from lambdas.telemetry import metrics
from tests.support.builders import an_order
from tests.support.world import World
from tests.unit.janitor.stopped import FailedChecks, gone


def test_a_takeover_whose_start_was_lost_is_started_by_the_next_sweep(
    world: World, janitor_sweep: JanitorSweep, failed_checks: FailedChecks
) -> None:
    order = gone(world, next_check_at=world.clock.now())
    starting = world.engine.start

    def busy(order: Order) -> None:
        raise EngineUnavailable("busy", order_id=order.order_id)

    world.engine.start = busy  # type: ignore[method-assign]
    assert janitor_sweep.run() == {"failed": 1}
    assert [type(error) for _, error in failed_checks] == [EngineUnavailable]
    assert world.now(order).start_pending

    world.engine.start = starting  # type: ignore[method-assign]
    world.clock.advance(120)
    assert janitor_sweep.run() == {"started": 1}
    assert world.engine.started == [f"{order.order_id}-2"]


def test_a_running_order_is_checked_again_later(world: World, janitor_sweep: JanitorSweep) -> None:
    order = world.place(next_check_at=world.clock.now())

    assert janitor_sweep.run() == {"running": 1}
    assert janitor_sweep.run() == {}

    after = world.now(order)
    deadline = after.approval_deadline or 0
    assert deadline < after.next_check_at <= deadline + 120_000
    assert (after.stage, after.epoch, after.event_count) == (order.stage, 1, 0)


def test_a_failed_check_does_not_delay_the_others(
    world: World, janitor_sweep: JanitorSweep, failed_checks: FailedChecks
) -> None:
    due: dict[str, Any] = {"next_check_at": world.clock.now() - 1, "start_pending": False}
    broken, healthy = gone(world, **due), gone(world, **due)
    getting = world.store.get

    def fail_for_one(order_id: str) -> Order:
        if order_id == broken.order_id:
            raise ValueError("not a stage that this version knows")
        return getting(order_id)

    world.store.get = fail_for_one  # type: ignore[method-assign]

    assert janitor_sweep.run() == {"failed": 1, "resumed": 1}
    assert [order_id for order_id, _ in failed_checks] == [broken.order_id]
    assert getting(healthy.order_id).epoch == 2


def test_a_sweep_looks_at_the_longest_overdue_first_and_at_no_more_than_its_limit(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    now = world.clock.now()
    world.engine.running = set()
    orders = [an_order(Stage.START, next_check_at=now - i) for i in range(SWEEP_LIMIT + 5)]
    world.store.put(*orders)

    assert janitor_sweep.run() == {"started": SWEEP_LIMIT}

    left = {order.order_id for order in orders[:5]}
    assert set(world.store.due(now, 999).order_ids) == left


def test_an_order_that_cannot_be_checked_is_put_off_for_longer_each_time(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    broken = gone(world, next_check_at=world.clock.now(), start_pending=False)

    def unreadable(order_id: str) -> Order:
        raise ValueError("not a stage that this version knows")

    world.store.get, getting = unreadable, world.store.get  # type: ignore[method-assign]
    pauses = []
    for _ in range(5):
        assert janitor_sweep.run() == {"failed": 1}
        assert janitor_sweep.run() == {}
        pauses.append((getting(broken.order_id).next_check_at - world.clock.now()) // 1000)
        world.clock.advance(pauses[-1])

    assert pauses == [45, 90, 180, 360, 360]


def test_a_successful_check_resets_the_failures(world: World, janitor: Janitor) -> None:
    order = world.place(check_failures=3)

    janitor.reconcile(order.order_id)

    assert world.now(order).check_failures == 0


def test_a_sweep_checks_no_more_than_fifteen_orders_a_second(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    for _ in range(45):
        world.place(Stage.PAYMENT, next_check_at=world.clock.now())
    began = world.clock.now()

    assert janitor_sweep.run() == {"running": 45}

    assert world.clock.now() - began == 2_000


def test_the_age_of_the_oldest_overdue_check_is_measured(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    now = world.clock.now()
    world.place(Stage.PAYMENT, next_check_at=now - 90_000)
    world.place(next_check_at=now - 30_000)

    janitor_sweep.run()

    assert metrics.metric_set["OldestOverdueCheckSeconds"]["Value"] == [90.0]


def test_checks_run_side_by_side_in_threads() -> None:
    both = Barrier(2)

    def meet(order_id: str) -> str:
        both.wait()
        return order_id

    assert list(Dependencies(Settings()).call_each(meet, ("one", "other"))) == ["one", "other"]


def test_a_sweep_reads_all_partitions_of_overdue_orders_side_by_side() -> None:
    all_of_them = Barrier(2 * OPEN_SHARDS)

    class Table:
        def query(self, **_: Any) -> dict[str, Any]:
            all_of_them.wait()
            return {"Items": []}

    deps = Dependencies(Settings(orders_table="orders"))
    deps._dynamodb = Table()

    assert deps.index.due(0, 5) == Overdue((), None)


def test_a_stuck_order_whose_new_execution_was_not_started_is_started_soon(
    world: World, janitor_sweep: JanitorSweep
) -> None:
    order = world.place(Stage.COMPENSATING, compensation_attempts=6)
    stuck = replace(order.ledger[RESERVE], stuck=True)
    world.store.put(replace(order.with_effect(RESERVE, stuck), next_check_at=0))
    world.engine.running = set()
    starting = world.engine.start

    def busy(order: Order) -> None:
        raise EngineUnavailable("busy", order_id=order.order_id)

    world.engine.start = busy  # type: ignore[method-assign]
    assert janitor_sweep.run() == {"failed": 1}
    world.engine.start = starting  # type: ignore[method-assign]
    world.clock.advance(60)

    assert janitor_sweep.run() == {"started": 1}
