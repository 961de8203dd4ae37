"""The janitor's sweep: reconciles the overdue orders, a limited number of them a second."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import OrderError, TransientError
from lambdas.services.janitor import JanitorAction, best_effort

if TYPE_CHECKING:
    from lambdas.domain.ports import CallEach, Clock, OrderIndex

CHECKS_PER_SECOND = 15
"""Orders that are checked concurrently, one batch a second. A check may call
DescribeExecution, which an account may call 15 times a second."""
SWEEP_MS = 40_000
SWEEP_LIMIT = CHECKS_PER_SECOND * SWEEP_MS // 1000
"""Limits of one sweep, in time and orders; the next sweep continues with the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JanitorSweep:
    """Checks the orders whose next check is due, the longest overdue first.

    `reconcile` checks an order by ID. `report` logs an order (by ID) that could not be reconciled,
    and the error. `recovered` logs an error that a later check repairs. `call_each` calls a
    function for several orders concurrently. `measure` records a metric in seconds.
    """

    reconcile: Callable[[str], JanitorAction]
    index: "OrderIndex"
    clock: "Clock"
    report: Callable[[str, Exception], None]
    recovered: Callable[[OrderError], None]
    call_each: "CallEach"
    measure: Callable[[str, float], None]

    def run(self) -> dict[str, int]:
        """Reconcile the overdue orders. Returns the number of orders by action."""
        done: Counter[str] = Counter()
        began = self.clock.now()
        overdue = self.index.due(began, SWEEP_LIMIT)
        age_ms = began - (began if overdue.oldest_at is None else overdue.oldest_at)
        self.measure("OldestOverdueCheckSeconds", age_ms / 1000)
        left = overdue.order_ids
        while left and self.clock.now() - began <= SWEEP_MS:
            second = self.clock.now() + 1_000
            done.update(self.call_each(self._reconcile_safely, left[:CHECKS_PER_SECOND]))
            left = left[CHECKS_PER_SECOND:]
            if left:
                self.clock.sleep(max(0, second - self.clock.now()) / 1000)
        return dict(done)

    def _reconcile_safely(self, order_id: str) -> JanitorAction:
        """Isolate failures: one bad record must not stop the sweep."""
        try:
            return self.reconcile(order_id)
        except Exception as error:  # noqa: BLE001  (reported in full)
            self.report(order_id, error)
            # After an outage the order must not wait for long; an unreadable record may.
            postpone = partial(self.index.postpone, order_id, self.clock.now())
            back_off = not isinstance(error, TransientError)
            best_effort(partial(postpone, back_off=back_off), self.recovered)
            return JanitorAction.FAILED
