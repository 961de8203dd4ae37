"""The environment of the application: the fakes of the unit tests, and what they store."""

from collections.abc import Mapping

from lambdas.dependencies import Dependencies
from tests.support.fake_notifier import FakeNotifier
from tests.support.world import World

UNITS: Mapping[str, int] = {"MUG-RED": 6, "RARE-1": 1, "SOLD-OUT": 0}


class InMemory:
    """The fakes. `deps` are the dependencies of a new process, `problems` returns every broken
    invariant of the stored records.
    """

    def __init__(self) -> None:
        self._world = World()
        self._world.inventory.shelves.clear()
        self._world.units.clear()
        for sku, available in UNITS.items():
            self._world.stock(sku, available=available)
        self.deps = self._world.deps
        self.problems = self._world.problems

    def shelf(self, sku: str) -> tuple[int, int, int]:
        """(available, held, sold) of a SKU."""
        shelf = self._world.inventory.shelves[sku]
        return shelf.available, shelf.held, shelf.sold

    def money(self, order_id: str) -> tuple[int, int]:
        """(captured, refunded) of an order, in minor units."""
        captures = self._world.payments.captures(f"pay:{order_id}")
        captured = sum(book.payment().captured_minor for book in captures)
        return captured, sum(book.refunded_minor for book in captures)


def mails(deps: Dependencies, order_id: str) -> list[str]:
    """The e-mails to the customer: `confirmed`, `cancelled`."""
    notifier = deps.notifier
    assert isinstance(notifier, FakeNotifier)
    mine = [mail.subject for mail in notifier.sent if order_id in mail.subject]
    return [subject.split()[-1] for subject in mine]
