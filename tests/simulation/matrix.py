"""Every activity meets every fault once, twice, until its attempts are used up, and always."""

from collections.abc import Mapping

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
TIMES = ("once", "twice", "exhausted", "always")
_ALWAYS = 200
ATTEMPTS = {
    **dict.fromkeys(FORWARD + BACKWARD, 5),
    **dict.fromkeys(("RefundPayment", "ReleaseStock", "CloseOrder"), 7),
    "FetchRecommendations": 2,
    "AwaitSignal": 1,
}
_EFFECTS = {
    "ProcessPayment": "payments.charge",
    "RefundPayment": "payments.refund",
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
    story = Story(_schedule(activity, FAULTS[fault], _count(activity, times)))
    problems = story.play()
    order = story.world.store.get("O1")
    return _LETTERS[order.stage] + "+" * (order.epoch > 1), problems


def _count(activity: str, times: str) -> int:
    return {"once": 1, "twice": 2, "exhausted": ATTEMPTS[activity], "always": _ALWAYS}[times]


def _schedule(activity: str, fault: Fault, count: int) -> Schedule:
    """An approved order; a compensation is reached, after the charge, by a final refusal of
    UpdateOrderStatus.
    """
    point = None if fault is Fault.THROTTLED else _EFFECTS.get(activity, "store.commit")
    strikes = (Strike(fault, 1, activity, point),) * count
    if activity in BACKWARD:
        strikes += (Strike(Fault.POISON, 1, "UpdateOrderStatus", "store.commit"),)
    approval = SignalKind.APPROVE_PAYMENT
    return Schedule(
        seed=7,
        units={"COFFEE-1KG": 8, "MUG-RED": 3, "RARE-1": 1},
        placements=(Placement(0, (("COFFEE-1KG", 2),), "alice", "pm_ok", "v2", None),),
        happenings=(Happening(approval, 0, 5_000, Stage.AWAITING_APPROVAL, "a0"),),
        strikes=strikes,
        quiet_ms=400_000,
        skewed=False,
    )
