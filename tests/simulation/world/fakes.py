"""The fakes of a simulation: a store that checks its writes, a provider that can capture wrong
amounts, and a queue that records the times of reports.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lambdas.adapters.orders.order_records import to_record
from lambdas.domain.errors import LedgerMismatch
from lambdas.domain.payments import Payment, RefundFailed, RefundResult
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from tests.simulation.step_functions.event_queue import EventQueue
from tests.support.fakes.fake_directories import FakeInventory
from tests.support.fakes.fake_notifier import FakeOperationsQueue
from tests.support.fakes.fake_payments import Book, FakePayments
from tests.support.fakes.fake_store import FakeOrders
from tests.support.invariants import stock_problems, transition_problems

Written = Callable[[Order | None, Order], None]


STUCK, TAKEOVERS = "stuck", "repeated takeovers"


class WatchedStore(FakeOrders):
    """The orders table. `problems` collects the invariants that writes broke; `written` is called
    for each write.
    """

    def __init__(self, inventory: FakeInventory, written: Written) -> None:
        super().__init__(inventory)
        self.problems: list[str] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.accepted: dict[str, list[str]] = {}
        self.units: dict[str, int] = {}
        self.totals: dict[tuple[str, int], int] = {}
        self._written = written

    def orders(self) -> tuple[Order, ...]:
        return tuple(self._orders.values())

    def commit_as(self, epoch: int | None, change: Change) -> Order:
        """Commit as an execution, which must be the owner of the order."""
        owner = self._orders[change.before.order_id].epoch
        after = self.commit(change)
        if epoch not in (None, owner):
            self.problems.append(f"{after.order_id}: epoch {epoch} wrote, {owner} is the owner")
        if change.stock:
            self.problems += stock_problems(self.records.values(), self.stock_records(), self.units)
        return after

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        order, appended = super().append_signal(order_id, signal, now)
        if appended:
            self.accepted.setdefault(order_id, []).append(signal.signal_id)
        return order, appended

    def is_current(self, order: Order) -> bool:
        """Whether a change of this record would be written."""
        current = self._orders[order.order_id]
        return (current.sequence, current.epoch) == (order.sequence, order.epoch)

    def counters(self) -> dict[str, list[int]]:
        """Available, held and sold units of each SKU."""
        return {
            sku: [item.available, item.held, item.sold]
            for sku, item in self.inventory.by_sku.items()
        }

    def stock_records(self) -> list[dict[str, Any]]:
        """The inventory as records."""
        return [
            {"sku": sku, "available": item.available, "held": item.held, "sold": item.sold}
            for sku, item in self.inventory.by_sku.items()
        ]

    def _write(self, order: Order, events: Sequence[Event]) -> Order:
        before = self._orders.get(order.order_id)
        written = super()._write(order, events)
        record = to_record(order)
        if before is not None:
            self.problems += transition_problems(self.records[order.order_id], record)
        self.records[order.order_id] = record
        self.totals.setdefault((order.order_id, order.revision), record["total"])
        self._written(before, order)
        return written


class Provider(FakePayments):
    """`extra_minor` is what it captures above the requested amount, by the order's key. It does not
    know the payments of `closed` accounts. Refunds that `failed` later fail again under their IDs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.extra_minor: dict[str, int] = {}
        self.closed: set[str] = set()
        self.failed: set[str] = set()

    def void(self, reference: str) -> Payment:
        self._require_open(reference)
        return super().void(reference)

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        self._require_open(reference)
        if refund_id in self.failed:
            return RefundFailed("the bank returned it")
        return super().refund(refund_id, reference, amount)

    def fail_refunds(self, reference: str) -> None:
        """The bank returns the refunds of a payment, after they had succeeded."""
        book = self.payments[reference]
        self.failed |= book.refunds.keys()
        book.failed_refunds += len(book.refunds)
        book.refunds = {}

    def amount_to_capture(self, book: Book) -> Money:
        extra_minor = self.extra_minor.get(book.key, 0)
        return replace(book.amount, amount_minor=book.amount.amount_minor + extra_minor)

    def _known(self, reference: str) -> Book:
        self._require_open(reference)
        return super()._known(reference)

    def _require_open(self, reference: str) -> None:
        if reference in self.closed:
            raise LedgerMismatch("the account is closed")


class OperationsQueue(FakeOperationsQueue):
    """Also records (time, kind, order id) of every report."""

    def __init__(self, event_queue: EventQueue) -> None:
        super().__init__()
        self.reports: list[tuple[int, str, str]] = []
        self._event_queue = event_queue

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        super().report_stuck(order, effects)
        self.reports.append((self._event_queue.now, STUCK, order.order_id))

    def report_takeovers(self, order: Order) -> None:
        super().report_takeovers(order)
        self.reports.append((self._event_queue.now, TAKEOVERS, order.order_id))
