"""Every activity meets every fault once, twice, until its attempts are used up, always, and at
every other invocation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.domain.signals import SignalKind
from lambdas.domain.stages import Stage
from tests.simulation.faults import Fault
from tests.simulation.schedule import Happening, Placement, Schedule, Strike
from tests.simulation.story import Story
from tests.support.activities import BACKWARD, FORWARD

FAULTS: Mapping[str, Fault] = {
    "throttled": Fault.THROTTLED,
    "answer-lost": Fault.LOST,
    "crash-before": Fault.CRASH_BEFORE,
    "crash-after": Fault.CRASH_AFTER,
    "zombie": Fault.ZOMBIE,
    "poison": Fault.POISON,
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
_EFFECTS = {
    "ProcessPayment": "payments.charge",
    "RefundPayment": "payments.refund",
    "RequestApproval": "notifier.send",
    "SendOrderConfirmation": "notifier.send",
    "SendCancellationEmail": "notifier.send",
}
_LETTERS = {
    Stage.COMPLETED: "C",
    Stage.FAILED: "F",
    Stage.CANCELLED: "X",
}


def cell(activity: str, fault: str, times: str) -> tuple[str, list[str]]:
    """How the order ended (C completed, F failed, X cancelled; + when another execution had to
    take over), and the invariants that were broken.
    """
    found = played(strikes(activity, fault, times), compensated=activity in BACKWARD)
    return found.end, found.problems


def strikes(activity: str, fault: str, times: str) -> tuple[Strike, ...]:
    """The fault at the activity's write (a throttle: at its first call), so many times."""
    kind = FAULTS[fault]
    point = None if kind is Fault.THROTTLED else _EFFECTS.get(activity, "store.commit")
    flapping = times == "flapping"
    return (Strike(kind, 1, activity, point, flapping),) * _count(activity, times)


@dataclass(frozen=True, slots=True)
class Played:
    """How an order ended (as in `cell`), what was broken, and the faults that never struck."""

    end: str
    problems: list[str]
    unstruck: tuple[Strike, ...]


REFUSAL = Strike(Fault.POISON, 1, "UpdateOrderStatus", "store.commit")
"""Has an order that was charged reach its compensation."""


def played(faults: tuple[Strike, ...], *, compensated: bool) -> Played:
    """An approved order under the faults; `compensated`: under REFUSAL too."""
    if compensated:
        faults += (REFUSAL,)
    story = Story(_schedule(faults))
    problems = story.play()
    order = story.world.store.get("O1")
    return Played(_LETTERS[order.stage] + "+" * (order.epoch > 1), problems, story.unstruck)


def _count(activity: str, times: str) -> int:
    return {"once": 1, "twice": 2, "exhausted": ATTEMPTS[activity]}.get(times, _ALWAYS)


def _schedule(faults: tuple[Strike, ...]) -> Schedule:
    approval = SignalKind.APPROVE_PAYMENT
    return Schedule(
        seed=7,
        units={"COFFEE-1KG": 8, "MUG-RED": 3, "RARE-1": 1},
        placements=(Placement(0, (("COFFEE-1KG", 2),), "alice", "pm_ok", "v2", None),),
        happenings=(Happening(approval, 0, LATE_MS, Stage.AWAITING_APPROVAL, "a0"),),
        strikes=faults,
        quiet_ms=400_000,
        skewed=False,
    )
