"""A step of the model, as something to do in the simulator: the words are those of its traces."""

import re
from collections.abc import Callable, Mapping
from functools import partial

from lambdas.dependencies import Dependencies
from lambdas.domain.record.signals import Signal, SignalKind
from tests.model.calls import Step
from tests.model.world import JANITOR, STARTS
from tests.replay.accesses import Cue, access
from tests.replay.world import (
    ORDER,
    PLACING,
    READ,
    RING,
    START,
    TAKEOVER,
    Held,
    HeldWorld,
)
from tests.simulation.faults import Fault
from tests.support.builders import fields_of

PATIENCE_MS = 901_000
"""A little longer than an approval may take."""

_ACCEPTS = re.compile(r"accepts (?P<kind>[a-z-]+)(?: of revision (?P<revision>\d))?")
_HEARS = re.compile(r"hears (?P<kind>[a-z-]+) \(signal (?P<number>\d)\) again")
_LOST = "captures; the answer is lost"


class Cues:
    """`send` sends a signal, the first time or again: the API's callers are outside the world."""

    def __init__(self, send: Callable[[Signal], None]) -> None:
        self._send = send
        self._sent: list[Signal] = []

    def cue(self, step: Step) -> Cue:
        """What to do for a step. Raises KeyError for one that no trace had so far."""
        action, _, error = step.action.partition(" – ")
        if step.who == "the API" and (found := _ACCEPTS.fullmatch(action)):
            return partial(self._accept, found["kind"], int(found["revision"] or 0))
        if step.who == "the API" and (found := _HEARS.fullmatch(action)):
            return partial(self._repeat, int(found["number"]))
        if (step.who, action) in _OTHERS:
            return _OTHERS[step.who, action]
        return access(step.who, action, fails=bool(error))

    def _accept(self, kind: str, revision: int, world: HeldWorld) -> bool:
        fields = fields_of(SignalKind(kind))
        if "revision" in fields:
            fields["revision"] = revision
        signal = Signal(
            signal_id=str(len(self._sent) + 1),
            kind=SignalKind(kind),
            actor="approver1",
            at=0,
            **fields,
        )
        self._sent.append(signal)
        self._send(signal)
        world.settle()
        return True

    def _repeat(self, number: int, world: HeldWorld) -> bool:
        self._send(self._sent[number - 1])
        world.settle()
        return True


def _at(world: HeldWorld, point: str, function: str | None = None) -> Held | None:
    found = (h for h in world.held if h.point == point and function in (None, h.boundary.function))
    return next(found, None)


def _start(world: HeldWorld) -> bool:
    held = _at(world, START, PLACING)
    if held is not None:
        world.let_go(held)
    return held is not None


def _die_before_start(world: HeldWorld) -> bool:
    held = _at(world, START, PLACING)
    if held is not None:
        world.let_go(held, Fault.CRASH_BEFORE)
    return held is not None


def _ring(world: HeldWorld) -> bool:
    held = _at(world, RING)
    if held is not None:
        world.let_go(held)
    return held is not None


def _pass_the_deadline(world: HeldWorld) -> bool:
    world.ahead_ms = PATIENCE_MS
    return True


def _order_takeover(world: HeldWorld) -> bool:
    return _begin_takeover(world, lambda deps: world.janitor(deps).compensate(ORDER))


def _find_gone(world: HeldWorld) -> bool:
    return _begin_takeover(world, lambda deps: world.janitor(deps).reconcile(ORDER))


def _begin_takeover(world: HeldWorld, action: Callable[[Dependencies], object]) -> bool:
    """The call has read the order: it takes over the epoch that it read."""
    world.act(TAKEOVER, action)
    world.settle()
    held = _at(world, READ, TAKEOVER)
    assert held is not None
    world.let_go(held)
    return True


def _start_again(world: HeldWorld) -> bool:
    held = _at(world, START, TAKEOVER)
    if held is not None:
        world.let_go(held)
    return held is not None


def _capture_unheard(world: HeldWorld, *, given_up: bool) -> bool:
    held = _at(world, "payments.capture")
    if held is None:
        return False
    if given_up:
        world.given_up.add(held.boundary.function)
    world.at_liberty.add(held.boundary.actor)
    world.let_go(held, Fault.LOST)
    return True


def _lose_execution(world: HeldWorld) -> bool:
    for name in list(world.engine.executions):
        world.engine.stop(name, "TIMED_OUT")
    return True


_OTHERS: Mapping[tuple[str, str], Cue] = {
    ("the API", "starts the execution"): _start,
    ("the API", "crashes"): _die_before_start,
    ("the doorbell", "wakes the execution"): _ring,
    ("the clock", "passes the deadline"): _pass_the_deadline,
    ("an operator", "orders a takeover"): _order_takeover,
    ("the engine", "loses the execution"): _lose_execution,
    (JANITOR, "finds the execution gone"): _find_gone,
    (JANITOR, STARTS): _start_again,
    ("the provider", _LOST): partial(_capture_unheard, given_up=True),
    ("the provider", f"{_LOST}; retried"): partial(_capture_unheard, given_up=False),
}
