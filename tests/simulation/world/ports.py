"""The ports of an actor. Every call crosses the fault boundary once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.payments import CaptureResult, Payment
from lambdas.domain.ports import Clock
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from tests.simulation.world.fault_boundary import FaultBoundary

METHODS: Mapping[str, tuple[str, ...]] = {
    "store": ("get", "create", "find_by_key", "append_signal", "timeline"),
    "index": ("due", "postpone"),
    "catalogue": ("stock",),
    "reservations": ("put", "find"),
    "customers": ("find",),
    "payments": ("prepare", "look_up", "refund"),
    "notifier": ("suppression", "send"),
    "operations": ("report_payment",),
    "engine": ("start", "ring", "extend_wait"),
}
"""The methods of each port that actors call, except those that a class below defines. No actor of
a simulation lists, counts or compares orders.
"""
WORLD_ATTRIBUTES = {"index": "store", "catalogue": "inventory"}
"""The attribute of the world, if its name differs from the port's."""


class BoundaryPort:
    """A port whose implementation belongs to the world, behind the fault boundary."""

    def __init__(self, boundary: FaultBoundary) -> None:
        self._boundary = boundary
        self._cross = boundary.cross
        self._world = boundary.world


class SkewedClock(BoundaryPort, Clock):
    """The clock of one process: wrong by a constant number of seconds."""

    def now(self) -> int:
        return self._world.event_queue.now + self._boundary.skew_ms

    def sleep(self, seconds: float) -> None:
        self._boundary.actor.pause(int(seconds * 1000))


class Port(BoundaryPort):
    """A port by its name in METHODS."""

    def __init__(self, boundary: FaultBoundary, name: str) -> None:
        super().__init__(boundary)
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method not in METHODS[self._name]:
            raise AttributeError(f"no actor calls {self._name}.{method} in a simulation")
        real = getattr(getattr(self._world, WORLD_ATTRIBUTES.get(self._name, self._name)), method)
        point = f"{self._name}.{method}"
        return lambda *given, **named: self._cross(point, lambda: real(*given, **named))


class Store(Port):
    """The orders table. Each commit is made as an execution."""

    def __init__(self, boundary: FaultBoundary) -> None:
        super().__init__(boundary, "store")

    def commit(self, change: Change) -> Order:
        epoch = self._boundary.epoch
        return self._cross("store.commit", lambda: self._world.store.commit_as(epoch, change))


class Payments(Port):
    """The provider. Mutants replace its explicit methods."""

    def __init__(self, boundary: FaultBoundary) -> None:
        super().__init__(boundary, "payments")

    def capture(self, reference: str) -> CaptureResult:
        capture = self._world.payments.capture
        return self._cross("payments.capture", lambda: capture(reference))

    def void(self, reference: str) -> Payment:
        return self._cross("payments.void", lambda: self._world.payments.void(reference))


class Operations(Port):
    """The operations queue. Mutants replace its explicit methods."""

    def __init__(self, boundary: FaultBoundary) -> None:
        super().__init__(boundary, "operations")

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        report = self._world.operations.report_stuck
        self._cross("operations.report_stuck", lambda: report(order, effects))

    def report_takeovers(self, order: Order) -> None:
        report = self._world.operations.report_takeovers
        self._cross("operations.report_takeovers", lambda: report(order))


class Executions(Port):
    """Step Functions, which knows an order's execution by its name."""

    def __init__(self, boundary: FaultBoundary) -> None:
        super().__init__(boundary, "engine")

    def status(self, order: Order) -> ExecutionStatus:
        engine = self._world.engine
        return self._cross("engine.status", lambda: engine.status(order.execution))
