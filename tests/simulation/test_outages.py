"""An outage of seconds or hours ends no order: it waits, and continues when the outage is over."""

from dataclasses import replace

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.checks.end_reasons import MOST_EXECUTIONS
from tests.simulation.runs.matrix import cancelled_late
from tests.simulation.runs.mutants import MUTANTS
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.random_worlds import TWO_DAYS_SECONDS
from tests.simulation.schedules.schedule import (
    FIRST_ORDER,
    Action,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    one_order,
)
from tests.simulation.step_functions.event_queue import START_MS
from tests.simulation.world.faults import EVERYTHING, LAMBDA, SERVICES, Call, Fault, Outage

TABLES = SERVICES["tables"]
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
WAKES_AT = 445_000
"""Milliseconds after the beginning: soon afterwards the second e-mail to the approver is due, which
wakes the waiting order."""


def schedule(*events: ScheduledEvent, seed: int = 5, quiet_ms: int = 30 * MINUTE_MS) -> Schedule:
    """One order, placed within the first 40 s."""
    return one_order(*events, seed=seed, placed_at_ms=seed * 1_000, quiet_ms=quiet_ms)


def approval(after_ms: int) -> ScheduledEvent:
    return ScheduledEvent(SignalKind.APPROVE_PAYMENT, 0, after_ms, Stage.AWAITING_APPROVAL, "a0")


def order_after(run: Run) -> Order:
    assert run.execute() == []
    return run.world.store.get(FIRST_ORDER)


def begun_by_an_outage(stage: Stage, seconds: int, ports: frozenset[str]) -> Run:
    """An order that is approved after a minute, and an outage that begins at the write that brings
    it to a stage; `compensating` is that of a cancel.
    """
    made = schedule(approval(MINUTE_MS), quiet_ms=3 * HOUR_MS)
    run = Run(cancelled_late(made) if stage is Stage.COMPENSATING else made)
    written = run.world.store._written

    def watch(before: Order | None, after: Order) -> None:
        written(before, after)
        if after.stage is stage and not run.world.outages:
            now = run.world.event_queue.now - START_MS
            run.world.outages = (Outage(ports, now, now + seconds * 1000),)

    run.world.store._written = watch
    return run


@pytest.mark.parametrize("seconds", [5, 20, 30, 60, 300])
@pytest.mark.parametrize("ports", [TABLES, frozenset({LAMBDA}), EVERYTHING])
def test_an_outage_when_they_wake_costs_waiting_orders_nothing(
    seconds: int, ports: frozenset[str]
) -> None:
    outage = Outage(ports, WAKES_AT, WAKES_AT + seconds * 1000)

    for seed in range(0, 40, 3):
        made = replace(schedule(approval(800_000), seed=seed), outages=(outage,))
        order = order_after(Run(made))
        assert (order.stage, order.outcomes) == (Stage.COMPLETED, {"a0": "applied"})


@pytest.mark.parametrize("seconds", [25, 120, 900, 7200])
def test_an_approval_that_was_accepted_before_an_outage_is_honoured_after_it(seconds: int) -> None:
    """Also where the deadline passes during the outage."""
    run = Run(schedule(approval(MINUTE_MS), quiet_ms=3 * HOUR_MS))
    began: list[int] = []

    def down_after_acceptance(call: Call) -> Fault | None:
        if not began and run.signal_latency.accepted:
            began.append(run.world.event_queue.now)
        over = began and run.world.event_queue.now >= began[0] + seconds * 1000
        return Fault.THROTTLED if began and not over and call.point.startswith("store.") else None

    run.world.fault = down_after_acceptance

    order = order_after(run)
    assert (order.stage, order.outcomes) == (Stage.COMPLETED, {"a0": "applied"})


@pytest.mark.parametrize("minutes", [18, 170])
def test_a_wait_that_cannot_begin_for_long_is_no_reason_to_end(minutes: int) -> None:
    """AwaitSignal alone fails, in every round, long before the deadline."""
    made = schedule(approval(minutes * MINUTE_MS), quiet_ms=(minutes + 10) * MINUTE_MS)
    seconds = TWO_DAYS_SECONDS
    run = Run(replace(made, approval_timeout_seconds=seconds, heartbeat_seconds=seconds))
    planned = PlannedFault(Fault.CRASH_BEFORE, 1, "AwaitSignal", "store.get")
    run._planned_faults = [planned] * 500

    order = order_after(run)

    assert (order.stage, order.outcomes) == (Stage.COMPLETED, {"a0": "applied"})


@pytest.mark.parametrize("seconds", [60, 900, 7200])
@pytest.mark.parametrize("stage", [Stage.START, Stage.AWAITING_APPROVAL])
def test_an_outage_before_the_wait_ends_delays_the_order(stage: Stage, seconds: int) -> None:
    order = order_after(begun_by_an_outage(stage, seconds, TABLES))

    expired = (Stage.CANCELLED, "approval timeout")
    assert order.stage is Stage.COMPLETED or (order.stage, order.last_error) == expired


@pytest.mark.parametrize("seconds", [60, 900, 7200])
@pytest.mark.parametrize("ports", [TABLES, SERVICES["executions"], frozenset({LAMBDA}), EVERYTHING])
@pytest.mark.parametrize("stage", [Stage.PAYMENT, Stage.STATUS_UPDATE])
def test_an_outage_never_turns_an_approved_order_back(
    stage: Stage, ports: frozenset[str], seconds: int
) -> None:
    run = begun_by_an_outage(stage, seconds, ports)

    assert order_after(run).stage is Stage.COMPLETED
    (book,) = run.world.payments.captures(f"pay:{FIRST_ORDER}")
    assert (book.payment().captured_minor, book.refunds) == (800, {})


def test_a_provider_that_is_away_until_the_payment_deadline_ends_the_order_as_failed() -> None:
    run = begun_by_an_outage(Stage.PAYMENT, 3600, SERVICES["provider"])

    order = order_after(run)

    assert order.stage is Stage.FAILED
    assert (order.last_error or "").startswith("ProviderUnavailable")
    assert run.world.payments.net_minor(f"pay:{FIRST_ORDER}") == 0


def test_a_provider_that_comes_back_before_the_payment_deadline_is_asked_again() -> None:
    assert order_after(begun_by_an_outage(Stage.PAYMENT, 600, SERVICES["provider"])).charged


@pytest.mark.parametrize("action", [Action.LOSE_ALL, Action.TIME_OUT])
@pytest.mark.parametrize("stage", [Stage.START, Stage.AWAITING_APPROVAL, Stage.STATUS_UPDATE])
def test_an_order_that_lost_its_execution_continues_in_another_one(
    stage: Stage, action: Action
) -> None:
    after_ms = 100 if stage is Stage.START else 0
    run = Run(schedule(ScheduledEvent(action, 0, after_ms, stage), approval(200_000)))
    if stage is Stage.STATUS_UPDATE:
        run._planned_faults = [PlannedFault(Fault.ZOMBIE, 1, "UpdateOrderStatus", "store.get")]

    order = order_after(run)

    never_began = (stage, action) == (Stage.START, Action.LOSE_ALL)
    assert (order.stage, order.epoch) == (Stage.COMPLETED, 1 if never_began else 2)


def test_a_compensation_that_fails_for_hours_is_tried_less_and_less_often() -> None:
    cancel = ScheduledEvent(SignalKind.CANCEL_ORDER, 0, 1_000, Stage.AWAITING_APPROVAL, "c0")
    run = Run(schedule(cancel, quiet_ms=3 * HOUR_MS))
    run._planned_faults = [PlannedFault(Fault.DEFECT, 1, "CloseOrder", "store.commit")] * 4_000

    order = order_after(run)

    assert order.stage is Stage.CANCELLED
    assert MOST_EXECUTIONS <= order.epoch <= MOST_EXECUTIONS + 3
    reported = [number for _, number in run.world.operations.takeovers]
    assert reported == list(range(3, order.epoch))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("takeovers-without-pause", "executions within an hour"),
        ("takeovers-never-reported", "repeated takeovers, not reported"),
    ],
)
def test_takeovers_without_a_pause_or_a_report_are_noticed(
    name: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)
    cancel = ScheduledEvent(SignalKind.CANCEL_ORDER, 0, 1_000, Stage.AWAITING_APPROVAL, "c0")
    run = Run(schedule(cancel, quiet_ms=HOUR_MS))
    run._planned_faults = [PlannedFault(Fault.DEFECT, 1, "CloseOrder", "store.commit")] * 4_000

    assert any(problem in found for found in run.execute())


def test_chance_draws_outages_of_every_service() -> None:
    drawn = [outage for seed in range(1, 600) for outage in random_schedule(seed).outages]

    assert {port for outage in drawn for port in outage.ports} == EVERYTHING
    assert min(outage.until_ms - outage.from_ms for outage in drawn) < 30_000
    assert max(outage.until_ms - outage.from_ms for outage in drawn) > HOUR_MS
