"""A simulated world whose calls pause before every access that the model has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.model.translation import ACTIVITIES, SKU
from tests.simulation.actors import Actor
from tests.simulation.engine import Done
from tests.simulation.fault_boundary import FaultBoundary
from tests.simulation.faults import Call, Fault
from tests.simulation.interpreter import StateFailed
from tests.simulation.store import Written
from tests.simulation.world import SimulatedWorld

T = TypeVar("T")

ORDER = "O1"
READ, WRITE, RING, START = "store.get", "store.commit", "engine.ring", "engine.start"
PAYMENTS = {"payments.look_up", "payments.capture", "payments.void", "payments.refund"}
ACCESSES = {READ, WRITE, *PAYMENTS, RING, START}
PLACING, TAKEOVER = "place", "takeover"
WATCHED = {*ACTIVITIES, PLACING, TAKEOVER}
"""The functions that pause; what the model leaves out (enrichment, e-mails) runs freely."""
SOON_MS = 6_000
"""Pauses of the definition pass by themselves; ticks and time limits are much longer."""
OUT_OF_ATTEMPTS = "Runtime.OutOfMemory"
"""An error that no Retry names: a task that fails with it is given up at once, as it would be
after its last attempt. How often something is tried is not in the model.
"""


@dataclass(slots=True)
class Held:
    """A call that pauses before an access; `outdated` after another write since its last read."""

    boundary: "HeldBorder"
    point: str

    @property
    def outdated(self) -> bool:
        return self.boundary.seen != self.boundary.world.store.get(ORDER).sequence


class HeldBorder(FaultBoundary):
    """Asks its world before each access; `seen` is the sequence that it knows of the order."""

    seen = 0

    def cross(self, point: str, effect: Callable[[], T]) -> T:
        world = self.world
        assert isinstance(world, HeldWorld)
        world.hold(Held(self, point))
        result = super().cross(point, effect)
        if point in (READ, WRITE):
            self.seen = world.store.get(ORDER).sequence
        return result


class HeldWorld(SimulatedWorld):
    """One order, quick calls, no jitter. `ahead_ms` is how much later it is for the functions than
    for the engine's timers; `free` lets every call run.
    """

    boundary = HeldBorder

    def __init__(self, units: int, written: Written) -> None:
        super().__init__(seed=1, fault=self._fault_of_this_access, written=written)
        self.inventory.put(SKU, available=units, unit_price_minor=1)
        self.store.units = {SKU: units}
        self.engine.jitter = lambda: 0.0
        self.held: list[Held] = []
        self.abandoned: set[Actor] = set()
        self.at_liberty: set[Actor] = set()
        self.given_up: set[str] = set()
        self.free = False
        self.ahead_ms = 0
        self.deadlines: set[int] = set()
        self._tasks: dict[str, Done] = {}
        self._fault: Fault | None = None

    def latency(self) -> int:
        return 1

    def invoke(self, function: str, payload: Mapping[str, Any], done: Done) -> None:
        def ended(answer: Any, failure: StateFailed | None) -> None:
            unsettled = failure is not None and failure.error == "PaymentUnsettled"
            last = unsettled and function in self.given_up
            done(answer, StateFailed(OUT_OF_ATTEMPTS) if last else failure)

        self._tasks[function] = done
        super().invoke(function, payload, ended)

    def hold(self, held: Held) -> None:
        """Have a call stand still before an access of the model's."""
        actor = held.boundary.actor
        watched = held.boundary.function in WATCHED or held.point == RING
        if self.free or not watched or held.point not in ACCESSES or actor in self.at_liberty:
            return
        self.held.append(held)
        actor.stand_still()

    def let_go(self, held: Held, fault: Fault | None = None) -> None:
        """Let a call make its access, or meet a fault there; then every call pauses again."""
        self.held.remove(held)
        self._fault = fault
        self.event_queue.after(0, held.boundary.actor.run)
        self.settle()

    def fail_task(self, function: str, error: str) -> None:
        """Abandon the newest call of a function: it may continue without its execution."""
        self.abandoned |= {h.boundary.actor for h in self.held if h.boundary.function == function}
        self._tasks[function](None, StateFailed(error))
        self.settle()

    def settle(self) -> None:
        """Until nothing happens but the passing of time."""
        while self.event_queue.due_within(SOON_MS):
            self.event_queue.step()

    def set_free(self) -> None:
        """Let every call run freely."""
        self.free = True
        for held in self.held:
            self.event_queue.after(0, held.boundary.actor.run)
        self.held.clear()

    def _fault_of_this_access(self, call: Call) -> Fault | None:
        fault, self._fault = self._fault, None
        return fault

    def _skew(self) -> int:
        return self.ahead_ms
