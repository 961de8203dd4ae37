"""What a running call does in a trace: its next access, or its end."""

from collections.abc import Callable, Mapping
from functools import partial

from tests.model.world import (
    CAPTURES,
    JANITOR,
    LOOKS_UP,
    READS,
    RECALLS,
    RECORDS,
    REFUNDS,
    VOIDS,
    WRITES,
)
from tests.replay.world import OUT_OF_ATTEMPTS, READ, TAKEOVER, WRITE, Held, HeldWorld

Cue = Callable[[HeldWorld], bool]
"""Does one step; False if it is not possible in this world."""
Find = Callable[[HeldWorld], Held | None]

_LOOK_UP, _CAPTURE = "payments.look_up", "payments.capture"
_POINTS = {
    CAPTURES: _CAPTURE,
    VOIDS: "payments.void",
    REFUNDS: "payments.refund",
}


def access(who: str, action: str, *, fails: bool) -> Cue:
    """The next access of a running call, or its end. Raises KeyError for an unknown action."""
    abandoned = who.startswith("abandoned ")
    function = TAKEOVER if who == JANITOR else who.removeprefix("abandoned ")
    find = partial(_held, function=function, abandoned=abandoned)
    cues: Mapping[str, Cue] = {
        READS: partial(_read, find),
        RECALLS: partial(_read, find),
        WRITES: partial(_write, find, fails=fails),
        RECORDS: partial(_write, find, fails=fails),
        LOOKS_UP: partial(_look_up, find),
        **{text: partial(_access, find, point) for text, point in _POINTS.items()},
        "crashes or times out; given up": partial(_fail, find, OUT_OF_ATTEMPTS),
        "crashes or times out; retried": partial(_fail, find, "Sandbox.Timedout"),
    }
    return cues[action]


def _held(world: HeldWorld, function: str, *, abandoned: bool) -> Held | None:
    """The call that the execution waits for, or the oldest one that it does not wait for."""
    found = [held for held in world.held if held.boundary.function == function]
    if abandoned:
        return found[0] if found else None
    live = [held for held in found if held.boundary.actor not in world.abandoned]
    return live[-1] if live else None


def _read(find: Find, world: HeldWorld) -> bool:
    """Let it read. A write on an older reading comes to nothing, and the code reads again; what
    the code has read and may still use, it does not read a second time as the model does.
    """
    held = find(world)
    while held is not None and held.point == WRITE and held.outdated:
        world.let_go(held)
        held = find(world)
    if held is None or held.point not in (READ, WRITE):
        return False
    if held.point == READ:
        world.let_go(held)
    return True


def _write(find: Find, world: HeldWorld, *, fails: bool) -> bool:
    held, before = find(world), world.store.writes
    if held is None or held.point != WRITE:
        return False
    world.let_go(held)
    return fails or world.store.writes > before


def _look_up(find: Find, world: HeldWorld) -> bool:
    """Let it look the payment up, unless it has just prepared it: the code knows its state then."""
    held = find(world)
    if held is None or held.point not in (_LOOK_UP, _CAPTURE):
        return False
    if held.point == _LOOK_UP:
        world.let_go(held)
    return True


def _access(find: Find, point: str, world: HeldWorld) -> bool:
    held = find(world)
    if held is None or held.point != point:
        return False
    world.let_go(held)
    return True


def _fail(find: Find, error: str, world: HeldWorld) -> bool:
    held = find(world)
    if held is None:
        return False
    world.fail_task(held.boundary.function, error)
    return True
