"""The provider's reports: it settles pending payments and refunds at some time, and reports each
change twice, late, in any order, and again until a report is answered.
"""

from random import Random

from tests.simulation.faults import LAMBDA
from tests.simulation.world import SimulatedWorld
from tests.support.fake_payments import Book

AGAIN_MS = 30_000
LATE_MS = 50_000


class ProviderReports:
    """Settles the payments of a world, with random numbers of a seed."""

    def __init__(self, world: SimulatedWorld, seed: int) -> None:
        self._world = world
        self._random = Random(f"reports {seed}")

    def settle_some(self) -> None:
        """Settle some of the pending payments, and report others that did not change."""
        for reference, book in list(self._world.payments.payments.items()):
            if not book.is_pending:
                continue
            if self._random.random() < 0.3:
                self._settle(reference, book)
            elif self._random.random() < 0.3:
                self._report_later(reference)

    def settle_all(self) -> None:
        """Settle every pending payment. From now on the provider takes every refund."""
        for reference, book in list(self._world.payments.payments.items()):
            if book.is_pending:
                self._settle(reference, book)
            book.settle()

    def _settle(self, reference: str, book: Book) -> None:
        for _ in range(2):
            self._report_later(reference)
        book.settle()

    def _report_later(self, reference: str) -> None:
        late_ms = self._random.randint(0, LATE_MS)
        self._world.event_queue.after(late_ms, lambda: self._report(reference))

    def _report(self, reference: str) -> None:
        def ended(raised: BaseException | None) -> None:
            if raised is not None:
                self._world.event_queue.after(AGAIN_MS, lambda: self._report(reference))

        if self._world.is_down(LAMBDA):
            ended(ConnectionError())
            return
        self._world.act(
            "report", lambda deps: deps.payment_reports.receive(reference), on_end=ended
        )
