"""A signal whose doorbell was lost has its outcome within two minutes. Ticks do not help: a waiting
execution wakes for a doorbell and at its deadline only.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lambdas.dependencies import Dependencies
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.task import Task
from tests.simulation.checks.signal_latency import LATENCY_LIMIT_MS, SignalLatency
from tests.simulation.runs.mutants import MUTANTS
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import (
    FIRST_ORDER,
    Action,
    PlannedFault,
    ScheduledEvent,
    one_order,
)
from tests.simulation.step_functions.event_queue import START_MS
from tests.simulation.world.activities import STEPS
from tests.simulation.world.faults import Fault, InjectedFault

APPROVED_MS = 150_000
UNRUNG = 2
"""The call at which the caller dies: it has seen the order, the signal is accepted, and the next
call would be the doorbell.
"""
LOST_START = PlannedFault(Fault.THROTTLED, 1, "place", "engine.start")
LATE_TOKEN = PlannedFault(Fault.ZOMBIE, 1, "AwaitSignal", "store.get")


def late_approval(
    *planned_faults: PlannedFault, crash_at: int | None = None, mails_approver: bool = False
) -> Run:
    """An order that is approved after APPROVED_MS, with a long quiet period of the reminders."""
    kind, stage = SignalKind.APPROVE_PAYMENT, Stage.AWAITING_APPROVAL
    event = ScheduledEvent(kind, 0, APPROVED_MS, stage, "a0", crash_at=crash_at)
    return Run(
        one_order(
            event, planned_faults=planned_faults, quiet_ms=900_000, mails_approver=mails_approver
        )
    )


def waited(run: Run) -> int:
    """Milliseconds from the acceptance of the approval to its outcome."""
    named = (FIRST_ORDER, "a0")
    return run.signal_latency.settled[named] - run.signal_latency.accepted[named]


@pytest.fixture
def silent_janitor(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS["janitor-never-rings"]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)


def test_a_doorbell_is_answered_at_once() -> None:
    run = late_approval()

    assert run.execute() == []
    assert waited(run) < 3_000


def test_a_lost_doorbell_is_rung_again_by_the_janitor() -> None:
    run = late_approval(crash_at=UNRUNG)

    assert run.execute() == []
    assert 30_000 < waited(run) <= LATENCY_LIMIT_MS


def test_a_lost_start_is_repeated_by_the_janitor() -> None:
    run = late_approval(LOST_START)

    assert run.execute() == []
    reserved_at = run.world.store.get(FIRST_ORDER).ledger["reserve"].at
    assert 30_000 < reserved_at - START_MS <= LATENCY_LIMIT_MS


def test_a_janitor_that_does_not_ring_is_reported(silent_janitor: None) -> None:
    run = late_approval(crash_at=UNRUNG)

    assert run.execute() == [f"{FIRST_ORDER}: a0 waited {waited(run)} ms for its outcome"]


@pytest.mark.parametrize(
    ("after_ms", "function", "order_id", "excused"),
    [
        (0, "sweep", "", True),
        (LATENCY_LIMIT_MS, "ApplySignals", FIRST_ORDER, True),
        (-1, "ApplySignals", FIRST_ORDER, False),
        (LATENCY_LIMIT_MS + 1, "ApplySignals", FIRST_ORDER, False),
        (0, "ApplySignals", "O2", False),
        (0, SignalKind.APPROVE_PAYMENT.value, FIRST_ORDER, False),
    ],
)
def test_only_a_fault_of_the_order_or_the_janitor_meanwhile_excuses_a_wait(
    after_ms: int, function: str, order_id: str, excused: bool
) -> None:
    signal_latency = SignalLatency()
    signal_latency.accepted[FIRST_ORDER, "a0"] = START_MS
    injected = InjectedFault(START_MS + after_ms, Fault.THROTTLED, function, order_id)

    assert bool(list(signal_latency.problems([injected]))) is not excused


def test_the_end_of_the_execution_excuses_a_wait() -> None:
    signal_latency = SignalLatency()
    signal_latency.accepted[FIRST_ORDER, "a0"] = START_MS
    signal_latency.disturbed(FIRST_ORDER, START_MS)

    assert list(signal_latency.problems([])) == []


def test_a_call_of_an_earlier_wait_that_comes_late_does_not_cost_the_doorbell() -> None:
    run = late_approval(LATE_TOKEN, mails_approver=True)

    assert run.execute() == []
    assert waited(run) < 3_000


def test_an_approval_whose_token_was_overwritten_is_applied_by_another_execution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(STEPS, "AwaitSignal", _overwrite)
    run = late_approval(LATE_TOKEN, mails_approver=True)

    assert run.execute() == []
    assert 30_000 < waited(run) <= LATENCY_LIMIT_MS
    assert run.world.store.get(FIRST_ORDER).epoch == 2


def _overwrite(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Leave the token, whichever wait it is of."""

    def keep_token(order: Order, now: int) -> Change | None:
        waits = order.stage is Stage.AWAITING_APPROVAL and not order.pending
        return make_change(order, replace(order, wait_token=task.token), now) if waits else None

    order = deps.orders.change_in_epoch(task, keep_token)
    if order.wait_token != task.token:
        deps.engine.ring(task.token or "")
    return {}


def test_the_loss_of_an_execution_excuses_a_wait() -> None:
    """The start is lost, an approval precedes its repetition, and that execution is lost, too."""
    approval = ScheduledEvent(SignalKind.APPROVE_PAYMENT, 0, 44_000, None, "a0")
    loss = ScheduledEvent(Action.LOSE_ALL, 0, 10, Stage.AWAITING_APPROVAL)
    run = Run(one_order(approval, loss, planned_faults=(LOST_START,), quiet_ms=900_000))

    assert run.execute() == []
    assert waited(run) > LATENCY_LIMIT_MS
