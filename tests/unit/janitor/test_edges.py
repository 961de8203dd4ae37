"""How far a sweep goes, and what happens to an order while the janitor holds it."""

from dataclasses import replace

import pytest

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.services.janitor import LATE_MS, Janitor
from lambdas.services.janitor_sweep import CHECKS_PER_SECOND, SWEEP_MS, JanitorSweep
from lambdas.telemetry import metrics
from tests.support.world import TOKEN, World
from tests.unit.janitor.stopped import gone


@pytest.mark.parametrize(
    ("first_ms", "checked"), [(SWEEP_MS, CHECKS_PER_SECOND + 1), (SWEEP_MS + 1, CHECKS_PER_SECOND)]
)
def test_a_sweep_ends_when_its_time_is_over_and_returns_what_it_did(
    world: World,
    janitor_sweep: JanitorSweep,
    monkeypatch: pytest.MonkeyPatch,
    first_ms: int,
    checked: int,
) -> None:
    for _ in range(CHECKS_PER_SECOND + 1):
        world.place(next_check_at=world.clock.now())
    delays = iter([first_ms / 1000, *[0.0] * CHECKS_PER_SECOND])

    def slow(order: Order) -> ExecutionStatus:
        world.clock.advance(next(delays))
        return ExecutionStatus.RUNNING

    monkeypatch.setattr(world.engine, "status", slow)

    assert janitor_sweep.run() == {"running": checked}


def test_an_order_that_another_janitor_took_over_and_ended_is_not_started(
    world: World, janitor: Janitor
) -> None:
    order = gone(world)
    changes = {"epoch": 2, "stage": Stage.FAILED, "sequence": order.sequence + 2}
    ended = replace(order, **changes)  # type: ignore[arg-type]
    world.store.before_write = [lambda: world.store.put(ended)]

    assert janitor.reconcile(order.order_id) == "nothing"

    assert world.engine.started == []


def test_an_operator_gets_an_order_that_the_new_execution_has_ended_already(
    world: World, janitor: Janitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place()

    def at_once(started: Order) -> None:
        world.store.put(replace(started, stage=Stage.FAILED, sequence=started.sequence + 1))

    monkeypatch.setattr(world.engine, "start", at_once)

    assert janitor.compensate(order.order_id).stage is Stage.FAILED


@pytest.mark.parametrize(
    ("stage", "late_ms", "counted"),
    [
        (Stage.AWAITING_APPROVAL, LATE_MS, True),
        (Stage.AWAITING_APPROVAL, LATE_MS - 1, False),
        (Stage.PAYMENT, LATE_MS, False),
    ],
)
def test_an_order_that_still_waits_minutes_after_its_deadline_is_counted(
    world: World, janitor: Janitor, stage: Stage, late_ms: int, counted: bool
) -> None:
    order = world.place(stage, approval_deadline=world.clock.now() - late_ms)

    assert janitor.reconcile(order.order_id) == "running"

    assert ("OrderPastDeadline" in metrics.metric_set) is counted


def test_a_waiting_order_without_a_signal_is_not_rung(world: World, janitor: Janitor) -> None:
    order = world.place(wait_token=TOKEN)

    assert janitor.reconcile(order.order_id) == "running"

    assert world.engine.rung == []
