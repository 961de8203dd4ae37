"""How soon operators learn of an order that they must act on: a compensation that is stuck, and the
third takeover in a row.
"""

from collections.abc import Iterable, Iterator

from lambdas.domain.record.order import Order
from lambdas.domain.steps.takeover import REPORTED_FROM
from tests.simulation.world.fakes import STUCK, TAKEOVERS
from tests.simulation.world.faults import InjectedFault

REPORT_LIMIT_MS = 60_000
"""A period of the janitor. The write and the report are two calls of one function."""


class ReportLatency:
    """Records the writes that must be reported, and the events after which a report may be missing:
    an execution was stopped, an operator took the order over.
    """

    def __init__(self) -> None:
        self._due: list[tuple[int, str, str]] = []
        self._disturbed: list[tuple[str, int]] = []

    def written(self, before: Order | None, after: Order, now: int) -> None:
        """An order was written."""
        if before is None:
            return
        if after.stuck and not before.stuck:
            self._due.append((now, STUCK, after.order_id))
        if after.takeovers >= REPORTED_FROM and after.epoch != before.epoch:
            self._due.append((now, TAKEOVERS, after.order_id))

    def disturbed(self, order_id: str, now: int) -> None:
        """Record an event that may have stopped the function before its report."""
        self._disturbed.append((order_id, now))

    def problems(
        self, reports: Iterable[tuple[int, str, str]], injected_faults: Iterable[InjectedFault]
    ) -> Iterator[str]:
        """The writes that were not reported in time, unless a fault was injected for the order."""
        made = list(reports)
        excuses = [*self._disturbed, *((fault.order_id, fault.at) for fault in injected_faults)]
        for at, kind, order_id in self._due:
            in_time = any(
                at <= when <= at + REPORT_LIMIT_MS and (of, name) == (kind, order_id)
                for when, of, name in made
            )
            if not in_time and not _is_excused(order_id, at, excuses):
                yield f"{order_id}: {kind}, not reported within {REPORT_LIMIT_MS} ms"


def _is_excused(order_id: str, at: int, excuses: Iterable[tuple[str, int]]) -> bool:
    """Whether a fault struck the function that had to report, or another of the same order. The
    zombie of one that was struck earlier may write much later.
    """
    return any(
        at - 2 * REPORT_LIMIT_MS <= when <= at + REPORT_LIMIT_MS
        for name, when in excuses
        if name in ("", order_id)
    )
