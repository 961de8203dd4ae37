"""Signals, faults and stopped executions at every call of one order, alone and in pairs.

Other callers can change something only between two calls to the outside. So these runs are all
interleavings of an order with one event, or with a signal and another event up to its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from lambdas.domain.record.signals import Signal, SignalKind
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import FIRST_ORDER, Action, one_order
from tests.simulation.world.faults import Call, Fault, possible
from tests.support.builders import SIGNALS

APPROVE, ADD = SignalKind.APPROVE_PAYMENT, SignalKind.ADD_LINE_ITEM


class Sent(NamedTuple):
    """A signal. `revision` is that of an approval; the doorbell is lost unless it `rings`."""

    kind: SignalKind
    revision: int = 0
    rings: bool = True


Event = Sent | Action | Fault
SIGNAL_EVENTS: Sequence[Event] = (
    Sent(APPROVE, 1),
    Sent(APPROVE, 1, rings=False),
    Sent(APPROVE, 2),
    *(Sent(kind) for kind in SignalKind if kind is not APPROVE),
)
OTHER_EVENTS: Sequence[Event] = (
    *(Action.STOP, Action.TIME_OUT, Action.LOSE_ALL),
    *(Fault.THROTTLED, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.LATE, Fault.ZOMBIE),
)
EVENTS = (*SIGNAL_EVENTS, *OTHER_EVENTS)
_UNITS = (2, 1)
"""In stock, for an order of one: a line that is added finds a unit, or none."""


@dataclass(frozen=True, slots=True)
class Point:
    """An event at the `call`th call after the point before it, from 1."""

    event: Event
    call: int


def single_events(events: Sequence[Event] = EVENTS) -> Iterator[list[str]]:
    """The problems of each event at each call of an order that waits until its deadline."""
    for event in events:
        for found in _at_each_call((), event):
            yield found.problems


def pairs_with(signal: Event) -> Iterator[list[str]]:
    """The problems of a signal at each call, followed by every event at each later call."""
    for first in _at_each_call((), signal):
        for second in EVENTS:
            for found in _at_each_call(first.points, second, first.units):
                yield found.problems


def _at_each_call(
    before: Sequence[Point], event: Event, units: int = _UNITS[0]
) -> Iterator["_Interleaving"]:
    """Runs with the event at the 1st call, the 2nd, …, until the order ends before the event."""
    for in_stock in _UNITS if event == Sent(ADD) else (units,):
        for call in count(1):
            found = _Interleaving((*before, Point(event, call)), in_stock)
            if not found.has_happened:
                break
            yield found


class _Interleaving:
    """A run of an order of one unit with these events; `units` are in stock."""

    def __init__(self, points: Sequence[Point], units: int) -> None:
        self.points, self.units = points, units
        self.run = Run(
            one_order(
                units={"MUG-RED": units},
                quiet_ms=600_000,
                mails_approver=False,
                approval_timeout_seconds=180,
            )
        )
        self.run.world.fault = self._fault
        self._left, self._calls, self._signals = list(points), 0, 0
        self.problems = [f"{points}, {units} units: {one}" for one in self.run.execute()]

    @property
    def has_happened(self) -> bool:
        """Whether every event came before the end of the order."""
        return not self._left

    def _fault(self, call: Call) -> Fault | None:
        """The events of this call happen before it."""
        if self.run.ends.count:
            return None
        self._calls += 1
        while self._left and self._left[0].call <= self._calls:
            event, self._calls = self._left.pop(0).event, 0
            if isinstance(event, Fault):
                return event if possible(event, call.point, is_activity=call.is_activity) else None
            if isinstance(event, Action):
                self.run.do(event, FIRST_ORDER)
            else:
                self._accept(event)
        return None

    def _accept(self, sent: Sent) -> None:
        """Accept a signal, in an instant."""
        world, now = self.run.world, self.run.world.event_queue.now
        if FIRST_ORDER not in world.store.records:
            return
        self._signals += 1
        fields = {**SIGNALS[sent.kind], **({"revision": sent.revision} if sent.revision else {})}
        signal = Signal(signal_id=f"s{self._signals}", kind=sent.kind, at=now, **fields)
        order, accepted = world.store.append_signal(FIRST_ORDER, signal, now)
        if accepted:
            self.run.answered[FIRST_ORDER, signal.signal_id] = None
            if order.wait_token and sent.rings:
                world.engine.ring(order.wait_token)
