"""How soon an accepted signal has its outcome, where nothing keeps it from having one.

A lost doorbell is no excuse: that the janitor rings again is what this is about.
"""

from collections.abc import Iterable, Iterator

from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from tests.simulation.world.faults import InjectedFault

LATENCY_LIMIT_MS = 125_000
"""Two periods of the janitor: a signal's date, and the sweep that comes after it. The steps of both
executions take seconds.
"""
_CALLERS = frozenset(kind.value for kind in SignalKind)
"""A fault in a caller can only lose the doorbell; the signal is already accepted."""

Named = tuple[str, str]
"""An order's id and a signal's."""


class SignalLatency:
    """Takes note of signals, and of what disturbs an order: an execution that ended before its
    time, a takeover, a compensation that is stuck.
    """

    def __init__(self) -> None:
        self.accepted: dict[Named, int] = {}
        self.settled: dict[Named, int] = {}
        self._disturbed: list[tuple[str, int]] = []

    def written(self, before: Order | None, after: Order, now: int) -> None:
        """An order was written."""
        if before is None:
            return
        name = after.order_id
        for signal in after.inbox[len(before.inbox) :]:
            self.accepted[name, signal.signal_id] = now
        if len(after.outcomes) != len(before.outcomes):
            for signal_id in after.outcomes.keys() - before.outcomes.keys():
                self.settled[name, signal_id] = now
        if after.epoch != before.epoch or after.stuck:
            self.disturbed(name, now)

    def disturbed(self, order_id: str, now: int) -> None:
        """Something happened to the order that a signal may have to wait for."""
        self._disturbed.append((order_id, now))

    def problems(self, injected_faults: Iterable[InjectedFault]) -> Iterator[str]:
        """The signals that waited for longer than two periods of the janitor in peace."""
        struck = [(m.order_id, m.at) for m in injected_faults if m.function not in _CALLERS]
        for (order_id, signal_id), at in self.accepted.items():
            waited = self.settled.get((order_id, signal_id), at + LATENCY_LIMIT_MS + 1) - at
            if waited > LATENCY_LIMIT_MS and not _is_excused(
                order_id, at, [*struck, *self._disturbed]
            ):
                yield f"{order_id}: {signal_id} waited {waited} ms for its outcome"


def _is_excused(order_id: str, at: int, disturbances: Iterable[tuple[str, int]]) -> bool:
    """A fault of the janitor counts for every order."""
    return any(
        at <= when <= at + LATENCY_LIMIT_MS for name, when in disturbances if name in ("", order_id)
    )
