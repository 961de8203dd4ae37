"""The provider's reports: it settles pending payments and refunds at some time, customers dispute
payments and the bank decides, and it reports each change twice, late, in any order, and again until
a report is answered.
"""

from collections.abc import Iterator
from functools import partial
from random import Random

from lambdas.domain.payments import DisputeState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.payment import order_of_key
from lambdas.domain.steps.reported_payments import record_disputes, settle_debt
from tests.simulation.world.faults import LAMBDA
from tests.simulation.world.world import SimulatedWorld
from tests.support.fakes.fake_payments import Book

AGAIN_MS = 30_000
LATE_MS = 50_000
DISPUTED_MS, DECIDED_MS = 2_000, 300_000
_DISPUTED_AT = {Stage.STATUS_UPDATE: 0.1, Stage.COMPENSATING: 0.5, Stage.COMPLETED: 0.1}
_UNDECIDED = (DisputeState.INQUIRY, DisputeState.OPEN)


class ProviderReports:
    """Settles the payments of a world, with random numbers of a seed."""

    def __init__(self, world: SimulatedWorld, seed: int) -> None:
        self._world = world
        self._random, self._bank = Random(f"reports {seed}"), Random(f"bank {seed}")
        self._is_quiet = False
        self.unanswered = 0

    def settle_some(self) -> None:
        """Settle some of the pending payments, and report others that did not change. A few refunds
        fail after the end of their order.
        """
        for reference, book in list(self._world.payments.payments.items()):
            if not book.is_pending:
                self._perhaps_fail_refunds(reference, book)
                continue
            if self._random.random() < 0.3:
                self._settle(reference, book)
            elif self._random.random() < 0.3:
                self._report_later(reference)

    def settle_all(self) -> None:
        """Settle every pending payment, and decide every dispute. From now on the provider takes
        every refund. It reports those that a late attempt made after a debt was recorded.
        """
        self._is_quiet = True
        for reference, book in list(self._world.payments.payments.items()):
            if book.is_pending:
                self._settle(reference, book)
            book.settle()
            self._decide(reference, book, escalates=False)
            order = self._world.store.get(order_of_key(book.key))
            if settle_debt(order, order.updated_at, book.payment()) is not None:
                self._report_later(reference)

    def written(self, before: Order | None, after: Order) -> None:
        """Some customers dispute a payment soon after it was captured, or is to be refunded."""
        entered = before is not None and before.stage is not after.stage
        if entered and self._bank.random() < _DISPUTED_AT.get(after.stage, 0):
            key = f"pay:{after.order_id}"
            soon = self._bank.choice((0, self._bank.randint(0, DISPUTED_MS)))
            self._world.event_queue.after(soon, partial(self._dispute, key))

    def problems(self) -> Iterator[str]:
        """Disputes that their orders do not have as the bank decided them, or have twice."""
        for book in self._world.payments.payments.values():
            if not book.disputes:
                continue
            order = self._world.store.get(order_of_key(book.key))
            if record_disputes(order, order.updated_at, book.payment()) is not None:
                yield f"{order.order_id}: {book.disputes} are not on its ledger"
            events = self._world.store.timeline(order.order_id)
            kinds = [(e.detail["dispute_id"], e.kind) for e in events if "dispute_id" in e.detail]
            if len(set(kinds)) < len(kinds):
                yield f"{order.order_id}: recorded twice: {kinds}"

    def _perhaps_fail_refunds(self, reference: str, book: Book) -> None:
        if not book.refunds or reference in self._world.payments.closed:
            return
        order = self._world.store.get(order_of_key(book.key))
        if order.ended and self._bank.random() < 0.2:
            self._world.payments.fail_refunds(reference)
            self._changed(reference)

    def _dispute(self, key: str) -> None:
        for reference, book in list(self._world.payments.payments.items()):
            free = book.undisputed_minor
            is_closed = self._is_quiet or reference in self._world.payments.closed
            if book.key == key and free > 0 and not is_closed:
                state = self._bank.choice((*_UNDECIDED, DisputeState.OPEN))
                amount = self._bank.choice((free, free, self._bank.randint(1, free)))
                book.dispute(state, amount, f"dp_{len(book.disputes) + 1}")
                self._changed(reference)
                later = self._bank.randint(0, DECIDED_MS)
                self._world.event_queue.after(later, partial(self._decide, reference, book))

    def _decide(self, reference: str, book: Book, *, escalates: bool = True) -> None:
        """An inquiry is closed, or becomes a dispute if the money is still there."""
        for name, dispute in list(book.disputes.items()):
            if dispute.state not in _UNDECIDED or reference in self._world.payments.closed:
                continue
            lost = self._bank.random() < 0.5
            if dispute.state is DisputeState.INQUIRY:
                is_there = book.undisputed_minor >= dispute.amount_minor
                state = DisputeState.OPEN if lost and is_there and escalates else DisputeState.WON
            else:
                state = DisputeState.LOST if lost else DisputeState.WON
            book.dispute(state, dispute.amount_minor, name)
            self._changed(reference)
            if escalates and self._bank.random() < 0.3:
                self._dispute(book.key)

    def _changed(self, reference: str) -> None:
        for _ in range(2):
            self._report_later(reference)

    def _settle(self, reference: str, book: Book) -> None:
        self._changed(reference)
        book.settle()

    def _report_later(self, reference: str) -> None:
        self.unanswered += 1
        late_ms = self._random.randint(0, LATE_MS)
        self._world.event_queue.after(late_ms, lambda: self._report(reference))

    def _report(self, reference: str) -> None:
        def ended(raised: BaseException | None) -> None:
            if raised is not None:
                self._world.event_queue.after(AGAIN_MS, lambda: self._report(reference))
            else:
                self.unanswered -= 1

        if self._world.is_down(LAMBDA):
            ended(ConnectionError())
            return
        self._world.act(
            "report", lambda deps: deps.payment_reports.receive(reference), on_end=ended
        )
