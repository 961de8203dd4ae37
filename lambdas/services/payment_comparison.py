"""Compares the ledger with the payment provider, in both directions.

The payments whose money moved in a period are compared with their orders. Of the orders that were
placed in that period, the payments that did not move are looked up, and so are all payments with an
open dispute: no money moves when it is lost. A difference is reported, and nothing is repaired. A
debt, a dispute or its end whose report was lost is also recorded on its order.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from lambdas.domain.errors import LedgerMismatch, OrderNotFound
from lambdas.domain.order_lists import MAX_PAGE
from lambdas.domain.payment_differences import (
    NOT_REPORTED,
    Difference,
    DifferenceKind,
    find_differences,
    payment_reference,
)
from lambdas.domain.payments import Payment, PaymentGateway
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.order import Order
from lambdas.domain.steps.payment import order_of_key
from lambdas.services.order_writer import OrderWriter
from lambdas.services.payment_reports import PaymentReports

if TYPE_CHECKING:
    from lambdas.domain.ports import OperationsQueue, OrderIndex

BATCH_SIZE = 15
"""Payments that are compared concurrently."""
DAY_MS = 86_400_000
LATE_MS = 35 * DAY_MS
"""The age at which the orders of a day are read again. The longest approval and the longest
settlements of a payment and of its refund take 34 days together.
"""

SAME, DIFFERENT, FAILED = "same", "different", "failed"
Work = Callable[[str], str]


class Candidate(NamedTuple):
    """A payment to compare. `payment` is None if it was not listed and must be looked up."""

    reference: str
    order_id: str
    payment: Payment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentComparison:
    """Compares payments with their orders, and reports the differences.

    `first_id` is the lowest order ID of an instant. `call_each` calls a function for several
    payments concurrently. `report` logs and counts a difference, `report_failed` logs a payment (by
    its reference) that could not be compared, and the error.
    """

    orders: OrderWriter
    index: "OrderIndex"
    payments: PaymentGateway
    reports: PaymentReports
    operations: "OperationsQueue"
    first_id: Callable[[int], str]
    call_each: Callable[[Work, Sequence[str]], Iterable[str]]
    report: Callable[[Difference], None]
    report_failed: Callable[[str, Exception], None]

    def compare(self, since: int, until: int) -> dict[str, int]:
        """Compare from `since` until before `until` (epoch ms). Returns the number of payments that
        are the same, are different, or could not be compared.

        Raises PaymentUnsettled, StoreUnavailable if the lists cannot be read.
        """
        seen: set[str] = set()
        done = self._compare_all(self._list_moved(since, until, seen))
        done.update(self._compare_all(self._list_placed(since, until, seen)))
        done.update(self._compare_all(self._list_disputed(seen)))
        return dict(done)

    def _list_moved(self, since: int, until: int, seen: set[str]) -> Iterator[Candidate]:
        """The payments whose money moved. All lists add their references to `seen`."""
        for reference, payment in self.payments.list_moved(since, until):
            if reference not in seen:
                seen.add(reference)
                yield Candidate(reference, order_of_key(payment.key), payment)

    def _list_placed(self, since: int, until: int, seen: set[str]) -> Iterator[Candidate]:
        """The payments of ended orders whose money did not move: of orders that were placed in the
        period, and of those placed LATE_MS before it that changed since they were compared.
        """
        for late_ms in (0, LATE_MS):
            for order in self._list_orders(since - late_ms, until - late_ms):
                is_compared = late_ms > 0 and order.updated_at < until - late_ms
                reference = payment_reference(order)
                if order.ended and not is_compared and reference and reference not in seen:
                    seen.add(reference)
                    yield Candidate(reference, order.order_id, None)

    def _list_disputed(self, seen: set[str]) -> Iterator[Candidate]:
        """The payments of all ended orders with an open dispute, however old they are."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.index.with_problem(
                PaymentProblem.DISPUTE, limit=MAX_PAGE, cursor=cursor or None
            )
            for order in page.orders:
                reference = payment_reference(order)
                if reference and reference not in seen:
                    seen.add(reference)
                    yield Candidate(reference, order.order_id, None)
            cursor = page.cursor

    def _list_orders(self, since: int, until: int) -> Iterator[Order]:
        """The orders that were placed in a period, newest first."""
        oldest, cursor = self.first_id(since), self.first_id(until)
        while cursor > oldest:
            page = self.index.page(stage=None, customer_id=None, limit=MAX_PAGE, cursor=cursor)
            yield from (order for order in page.orders if order.order_id >= oldest)
            cursor = page.cursor or ""

    def _compare_all(self, found: Iterator[Candidate]) -> Counter[str]:
        done: Counter[str] = Counter()
        while batch := {one.reference: one for one in islice(found, BATCH_SIZE)}:

            def work(reference: str, batch: dict[str, Candidate] = batch) -> str:
                return self._compare_safely(batch[reference])

            done.update(self.call_each(work, list(batch)))
        return done

    def _compare_safely(self, candidate: Candidate) -> str:
        """Isolate failures: one bad record must not stop the comparison."""
        try:
            return DIFFERENT if self._compare(candidate) else SAME
        except Exception as error:  # noqa: BLE001  (reported in full)
            self.report_failed(candidate.reference, error)
            return FAILED

    def _compare(self, candidate: Candidate) -> bool:
        """Report the differences of a payment and its order. Returns whether there are any.

        The payment is looked up if it was not listed, and again before a difference is reported:
        the order may have changed since.
        """
        reference, order_id, listed = candidate
        payment = listed or self._look_up(reference)
        order = self._find(order_id)
        kinds = find_differences(order, reference, payment)
        if kinds and DifferenceKind.UNKNOWN_PAYMENT not in kinds:
            payment = self._look_up(reference)
            order = self._find(order_id)
            kinds = find_differences(order, reference, payment)
        for kind in kinds:
            self._report(kind, reference, order, payment)
        if NOT_REPORTED & {*kinds}:
            self.reports.receive(reference)
        return bool(kinds)

    def _report(
        self, kind: DifferenceKind, reference: str, order: Order | None, payment: Payment | None
    ) -> None:
        currency = payment.amount.currency if payment else order.currency if order else ""
        difference = Difference(
            kind=kind,
            reference=reference,
            order_id=order.order_id if order else "",
            currency=currency,
            captured_minor=payment.captured_minor if payment else 0,
            refunded_minor=payment.refunded_minor if payment else 0,
        )
        self.operations.report_difference(difference)
        self.report(difference)

    def _look_up(self, reference: str) -> Payment | None:
        try:
            return self.payments.look_up(reference)
        except LedgerMismatch:
            return None

    def _find(self, order_id: str) -> Order | None:
        try:
            return self.orders.get(order_id) if order_id else None
        except OrderNotFound:
            return None
