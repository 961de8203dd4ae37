"""Every activity meets every fault once, twice, until its attempts are used up, always, and at
every other invocation. A fault that was planned and met no call would prove nothing:
so it is counted how often each struck.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import (
    FIRST_ORDER,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    one_order,
)
from tests.simulation.world.faults import EFFECTS, Fault
from tests.support.activities import BACKWARD, FORWARD

FAULTS: Mapping[str, Fault] = {
    "throttled": Fault.THROTTLED,
    "answer-lost": Fault.LOST,
    "crash-before": Fault.CRASH_BEFORE,
    "crash-after": Fault.CRASH_AFTER,
    "zombie": Fault.ZOMBIE,
    "poison": Fault.POISON,
    "defect": Fault.DEFECT,
}
TIMES = ("once", "twice", "exhausted", "always", "flapping")
_ALWAYS = 200
LATE_MS = 20_000
"""When the order is approved: after the first mail to the approver."""
ATTEMPTS = {
    **dict.fromkeys(FORWARD + BACKWARD, 5),
    **dict.fromkeys(("RefundPayment", "ReleaseStock", "CloseOrder"), 7),
    "FetchRecommendations": 2,
    "RequestApproval": 2,
    "AwaitSignal": 1,
}
WRITES_FIRST = {"ApplySignals": 2}
"""The first invocation that writes, where that is not number 1: ApplySignals is asked first when
the mail to the approver is due, and finds no signal to apply.
"""
_LETTERS = {
    Stage.COMPLETED: "C",
    Stage.FAILED: "F",
    Stage.CANCELLED: "X",
}


def cell(activity: str, fault: str, times: str) -> "Result":
    """The result of `times` faults at the activity."""
    return run_with_faults(planned_faults(activity, fault, times), compensated=activity in BACKWARD)


def planned_faults(activity: str, fault: str, times: str) -> tuple[PlannedFault, ...]:
    """`times` faults at the activity's write, or at its first call where it only reads or is
    throttled.
    """
    kind = FAULTS[fault]
    point = None if kind is Fault.THROTTLED else EFFECTS.get(activity, "store.commit")
    flapping = WRITES_FIRST.get(activity, 1) if times == "flapping" else None
    return (PlannedFault(kind, 1, activity, point, flapping),) * _count(activity, times)


def asked_for(activity: str, times: str) -> int:
    """How often the fault has to strike, if the activity gives it the occasion: of those that
    never end, once.
    """
    return 1 if times in ("always", "flapping") else _count(activity, times)


@dataclass(frozen=True, slots=True)
class Result:
    """How an order ended (C completed, F failed, X cancelled; + when another execution had to
    take over), what was broken, the faults that were planned, and those that never struck.
    """

    end: str
    problems: list[str]
    planned: tuple[PlannedFault, ...]
    unused_faults: tuple[PlannedFault, ...]

    @property
    def struck(self) -> int:
        """How often the planned faults struck; HELD_UP is not one of them."""
        return len(self.planned) - sum(fault in self.planned for fault in self.unused_faults)


HELD_UP = PlannedFault(Fault.ZOMBIE, 1, "UpdateOrderStatus", "store.get")
"""Holds the completion up until the cancel is accepted."""
_CANCEL = ScheduledEvent(SignalKind.CANCEL_ORDER, 0, 0, Stage.STATUS_UPDATE, "c0")


def run_with_faults(faults: tuple[PlannedFault, ...], *, compensated: bool) -> Result:
    """An approved order under the faults; `compensated`: it is cancelled once it is charged."""
    run = approved(faults, compensated=compensated)
    problems = run.execute()
    order = run.world.store.get(FIRST_ORDER)
    end = _LETTERS[order.stage] + "+" * (order.epoch > 1)
    return Result(end, problems, faults, run.unused_faults)


def approved(faults: tuple[PlannedFault, ...], *, compensated: bool) -> Run:
    """The run of `run_with_faults` before its start."""
    schedule = _schedule(faults)
    return Run(cancelled_late(schedule) if compensated else schedule)


def cancelled_late(schedule: Schedule) -> Schedule:
    """The same, but the order is cancelled once it is charged."""
    events = (*schedule.events, _CANCEL)
    return replace(schedule, events=events, planned_faults=(*schedule.planned_faults, HELD_UP))


def _count(activity: str, times: str) -> int:
    return {"once": 1, "twice": 2, "exhausted": ATTEMPTS[activity]}.get(times, _ALWAYS)


def _schedule(faults: tuple[PlannedFault, ...]) -> Schedule:
    approval = ScheduledEvent(SignalKind.APPROVE_PAYMENT, 0, LATE_MS, Stage.AWAITING_APPROVAL, "a0")
    return one_order(approval, item=("COFFEE-1KG", 2), seed=7, planned_faults=faults)
