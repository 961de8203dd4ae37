"""Exports the histories of executions that have ended, before Step Functions deletes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.domain.errors import OrderNotFound
from lambdas.domain.executions import (
    ExecutionReader,
    HistoryArchive,
    OutcomeStore,
    SweepPosition,
)
from lambdas.domain.record.order import Order
from lambdas.executions.export import rows
from lambdas.executions.history import HistoryEvent, redact
from lambdas.executions.metrics import measure
from lambdas.executions.outcomes import has_ended, outcome
from lambdas.services.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock, OrderIndex

PAUSE_SECONDS = 0.2
"""The pause after each history that is read. Two concurrent exports and a sweep read at most 15 a
second; the limit of an account is 20. (Step Functions quotas)
"""
READS = 3
"""Reads of a history after the event of its end, a second apart; then the sweep exports it."""
SWEEP_ORDERS = 100
SWEEP_READS = 50
"""Limits of one sweep, in orders that are checked and histories that are read. The next pass over
the list does the rest.
"""
NEWEST_EPOCHS = 10
SETTLED_MS = 15 * 60_000
"""The event of an execution that ended less than this ago may still arrive."""
KEPT_MS = 89 * 24 * 3_600_000
"""Step Functions deletes a history after 90 days. (Step Functions quotas)"""

CountBy = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryExport:
    """`count_by` counts a metric under one more dimension."""

    orders: OrderWriter
    index: "OrderIndex"
    executions: ExecutionReader
    outcomes: OutcomeStore
    histories: HistoryArchive
    position: SweepPosition
    clock: "Clock"
    count_by: CountBy

    def export(self, order_id: str, epoch: int) -> bool:
        """Export the history of an execution once. Returns whether it was exported now: false for
        one that was exported before, has not ended, or never began.

        Raises StoreUnavailable, EngineUnavailable.
        """
        if self.histories.exists(order_id, epoch):
            return False
        return self._export(order_id, epoch, reads=READS)

    def _export(self, order_id: str, epoch: int, *, reads: int = 1) -> bool:
        try:
            order = self.orders.get(order_id)
        except OrderNotFound:
            return False
        events = self._ended_history(order, epoch, reads)
        if not events:
            return False
        found = outcome(order_id, epoch, events)
        self.outcomes.add(found)
        exported = self.histories.add(order_id, epoch, rows(found, events))
        if exported:
            self._count(found.verdict, events)
        return exported

    def _ended_history(self, order: Order, epoch: int, reads: int) -> list[HistoryEvent]:
        """The history with its end; empty if the execution has not ended. The first reads after the
        end may return a history without it: they are eventually consistent. (Step Functions API)
        """
        for read in range(1, reads + 1):
            events = list(redact(self.executions.history(order, epoch)))
            self.clock.sleep(PAUSE_SECONDS if read == reads or has_ended(events) else 1)
            if has_ended(events):
                return events
        return []

    def sweep(self) -> int:
        """Export missing histories of the next orders in the list; returns how many.

        A sweep reads one page of the list and continues where the last one ended. After the oldest
        order whose history Step Functions still has, it begins with the newest order again.
        """
        page = self.index.page(
            stage=None, customer_id=None, limit=SWEEP_ORDERS, cursor=self.position.read()
        )
        missing = [
            candidate
            for candidate in self._candidates(page.orders)
            if not self.histories.exists(*candidate)
        ]
        exported = sum(self._export(*one) for one in missing[:SWEEP_READS])
        oldest = self.clock.now() - KEPT_MS
        passed = any(order.created_at < oldest for order in page.orders)
        self.position.save(None if passed else page.cursor)
        return exported

    def _candidates(self, orders: tuple[Order, ...]) -> Iterator[tuple[str, int]]:
        """The executions that have ended, according to the records of their orders."""
        for order in orders:
            settled = order.ended and order.updated_at + SETTLED_MS < self.clock.now()
            last = order.epoch if settled else order.epoch - 1
            for epoch in range(max(1, order.epoch - NEWEST_EPOCHS + 1), last + 1):
                yield order.order_id, epoch

    def _count(self, verdict: str, events: list[HistoryEvent]) -> None:
        metrics = measure(events)
        self.count_by("ExecutionVerdict", 1, verdict=verdict)
        for category, share in metrics.shares.items():
            self.count_by("CategorySeconds", share.milliseconds / 1000, category=category.value)
        for activity, retries in metrics.retries.items():
            self.count_by("ActivityRetries", retries, retried=activity)
        for cause, wake_ups in metrics.wake_ups.items():
            self.count_by("WakeUps", wake_ups, cause=cause)
