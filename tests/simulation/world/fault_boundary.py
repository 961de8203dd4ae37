"""The boundary between an actor and the outside world: each call takes time and may fail."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from lambdas.domain.errors import ActivityDefect, CustomerUnknown, OrderError, StoreConflict
from tests.simulation.world.actors import Actor, Crashed
from tests.simulation.world.faults import ERRORS, ERRORS_AT, Call, Fault, InjectedFault, Raised

if TYPE_CHECKING:
    from tests.simulation.world.world import SimulatedWorld

T = TypeVar("T")

CLIENT_TIMEOUT_MS = 5_000
ZOMBIE_MS = (31_000, 95_000)
LATE_MS = (1_000, 70_000)

_RAISES: Mapping[Fault, Callable[[], BaseException]] = {
    Fault.CRASH_BEFORE: Crashed,
    Fault.POISON: lambda: CustomerUnknown("no, and that is final"),
    Fault.DEFECT: lambda: ActivityDefect("a bug"),
    Fault.CONFLICT: lambda: StoreConflict("another writer was faster"),
}


class FaultBoundary:
    """`order_id` is the order that the caller works for, if it is one; `epoch` is that of the
    execution on whose behalf an activity runs, None for other callers; `crash_at` is the number
    of the own call at which the caller dies.
    """

    def __init__(
        self,
        world: "SimulatedWorld",
        actor: Actor,
        function: str,
        *,
        invocation: int = 1,
        order_id: str = "",
        epoch: int | None = None,
        skew_ms: int = 0,
        crash_at: int | None = None,
        again: Callable[[], None] | None = None,
    ) -> None:
        self.world = world
        self.actor = actor
        self.function = function
        self.invocation = invocation
        self.order_id = order_id
        self.epoch = epoch
        self.skew_ms = skew_ms
        self._crash_at = crash_at
        self._again = again
        self._own = 0

    def cross(self, point: str, effect: Callable[[], T]) -> T:
        """Have an effect on the outside world, at some moment, or not."""
        fault = self._fault(point)
        self.actor.pause(self.world.latency())
        if fault is not None:
            self._before(fault, point, effect)
        try:
            result = effect()
            if fault is Fault.RESENT:
                self.actor.pause(self.world.latency())
                result = effect()  # refused where the first one changed what its condition reads
        except OrderError as error:
            self.world.log(self.actor.name, point, type(error).__name__)
            raise
        self.world.log(self.actor.name, point, "ok" if fault is None else str(fault))
        if fault is Fault.CRASH_AFTER:
            raise Crashed
        self.actor.pause(self.world.latency())
        if fault is Fault.LOST:
            raise _errors(point)[1]("the answer was lost")
        return result

    def _fault(self, point: str) -> Fault | None:
        own, self._own = self._own, self._own + 1
        if own == self._crash_at:
            return Fault.CRASH_BEFORE
        number, is_activity = self.world.count_call(self.function, own), self.epoch is not None
        call = Call(number, self.function, self.invocation, own, point, is_activity)
        fault = Fault.OUTAGE if self.world.is_down(_port(point)) else self.world.fault(call)
        if fault is not None:
            injected = InjectedFault(
                self.world.event_queue.now, fault, self.function, self.order_id
            )
            self.world.injected_faults.append(injected)
        return fault

    def _before(self, fault: Fault, point: str, effect: Callable[[], object]) -> None:
        if fault in (Fault.LOST, Fault.RESENT, Fault.CRASH_AFTER):
            return
        if fault is Fault.DUPLICATE:
            assert self._again is not None
            self._again()
            return
        self.world.log(self.actor.name, point, str(fault))
        if fault is Fault.ZOMBIE:
            self.actor.pause(self.world.random.randint(*ZOMBIE_MS))
            return
        if fault in _RAISES:
            raise _RAISES[fault]()
        if fault in (Fault.LATE, Fault.DOORBELL):
            self._later(fault, point, effect)
        raise _errors(point)[fault is Fault.LATE](str(fault))

    def _later(self, fault: Fault, point: str, effect: Callable[[], object]) -> None:
        """The caller gives up, but its request is still under way."""
        if fault is Fault.LATE:
            late = self.world.random.randint(*LATE_MS)
            self.world.event_queue.after(late, lambda: self._arrive(point, effect))
            self.actor.pause(CLIENT_TIMEOUT_MS)

    def _arrive(self, point: str, effect: Callable[[], object]) -> None:
        try:
            effect()
        except OrderError as error:
            self.world.log(self.actor.name, point, f"late: {type(error).__name__}")
        else:
            self.world.log(self.actor.name, point, "late: ok")


def _errors(point: str) -> tuple[Raised, Raised]:
    return ERRORS_AT.get(point) or ERRORS[_port(point)]


def _port(point: str) -> str:
    return point.partition(".")[0]
