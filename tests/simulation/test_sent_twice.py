"""A request whose answer is lost and that the SDK sends again: DynamoDB refuses the second one for
what the first one wrote. Every write of these runs meets it once, and changes no end.
"""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.runs.matrix import approved, cancelled_late
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import (
    FIRST_ORDER,
    Action,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    one_order,
)
from tests.simulation.world.faults import Call, Fault, possible

WAITING = Stage.AWAITING_APPROVAL
APPROVED = ScheduledEvent(SignalKind.APPROVE_PAYMENT, 0, 400_000, WAITING, "a0")
GROWN = ScheduledEvent(SignalKind.ADD_LINE_ITEM, 0, 100_000, WAITING, "i0", "MUG-RED")
LOOKED = ScheduledEvent(Action.HEARTBEAT, 0, 50_000, WAITING)
STOPPED = ScheduledEvent(Action.STOP, 0, 90_000, WAITING)
LOST = ScheduledEvent(Action.TIME_OUT, 0, 90_000, WAITING)
RESUMED = ScheduledEvent(Action.RESUME, 0, 91_000, WAITING)
LOST_START = PlannedFault(Fault.THROTTLED, 1, "place", "engine.start")
LOST_DOORBELL = PlannedFault(Fault.DOORBELL, 1, "approve-payment")
STUCK = PlannedFault(Fault.POISON, 1, "RefundPayment", "payments.refund")


def schedule(*events: ScheduledEvent, **changes: Any) -> Schedule:
    return one_order(*events, item=("COFFEE-1KG", 2), quiet_ms=1_200_000, **changes)


RUNS: dict[str, Callable[[], Run]] = {
    "completed": lambda: Run(schedule(LOOKED, GROWN, APPROVED)),
    "recovered": lambda: Run(schedule(APPROVED, planned_faults=(LOST_START, LOST_DOORBELL))),
    "resumed": lambda: Run(schedule(LOST, APPROVED)),
    "resumed by an operator": lambda: Run(schedule(LOST, RESUMED, RESUMED, APPROVED)),
    "declined": lambda: Run(schedule(APPROVED, payment_method="pm_declined")),
    "cancelled": lambda: Run(cancelled_late(schedule(APPROVED))),
    "stopped": lambda: Run(schedule(STOPPED)),
    "stuck": lambda: approved((STUCK,), compensated=True),
}


def end_and_writes(run: Run, number: int | None = None) -> tuple[tuple[object, ...], list[int]]:
    """The end of a run in which the call of this number is sent twice, and the numbers of the
    calls that could be.
    """
    writes: list[int] = []
    planned = run.world.fault

    def plan(call: Call) -> Fault | None:
        fault = planned(call)
        if fault is None and possible(Fault.RESENT, call.point, is_activity=call.is_activity):
            writes.append(call.number)
            return Fault.RESENT if call.number == number else None
        return fault

    run.world.fault = plan
    assert run.execute() == []
    order = run.world.store.get(FIRST_ORDER)
    mails = sorted(mail.subject for mail in run.world.notifier.sent)
    end = (order.stage, order.last_error, order.outcomes, order.takeovers, *mails)
    return end, writes


@pytest.mark.parametrize("name", RUNS)
def test_a_write_that_is_sent_twice_changes_no_end(name: str) -> None:
    expected, writes = end_and_writes(RUNS[name]())

    for number in writes:
        run = RUNS[name]()
        end, _ = end_and_writes(run, number)
        [sent_twice] = [fault for fault in run.world.injected_faults if fault.fault is Fault.RESENT]
        assert end == expected, sent_twice
    assert len(writes) > 10
