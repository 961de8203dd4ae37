"""Where the machine runs: all in memory, or on tables of DynamoDB. Both show what is behind."""

from collections.abc import Mapping
from typing import Any, Protocol

from lambdas.dependencies import Dependencies
from tests.dynamodb_local.deployment import Deployment
from tests.support import tables
from tests.support.fake_notifier import FakeNotifier
from tests.support.world import World

UNITS: Mapping[str, int] = {"MUG-RED": 6, "RARE-1": 1, "SOLD-OUT": 0}


class Surroundings(Protocol):
    """What is behind the surface. `deps` is what a new process would build."""

    @property
    def deps(self) -> Dependencies: ...

    def shelf(self, sku: str) -> tuple[int, int, int]:
        """(available, held, sold) of a SKU."""
        ...

    def money(self, order_id: str) -> tuple[int, int]:
        """(captured, refunded) of an order, in minor units."""
        ...

    def problems(self) -> list[str]:
        """Every broken invariant of what is stored."""
        ...


class InMemory:
    """The fakes of the unit tests."""

    def __init__(self) -> None:
        self._world = World()
        self._world.inventory.shelves.clear()
        self._world.units.clear()
        for sku, available in UNITS.items():
            self._world.stock(sku, available=available)
        self.deps = self._world.deps
        self.problems = self._world.problems

    def shelf(self, sku: str) -> tuple[int, int, int]:
        shelf = self._world.inventory.shelves[sku]
        return shelf.available, shelf.held, shelf.sold

    def money(self, order_id: str) -> tuple[int, int]:
        captures = self._world.payments.captures(f"pay:{order_id}")
        captured = sum(book.payment().captured_minor for book in captures)
        return captured, sum(book.refunded_minor for book in captures)


class OnDynamoDB:
    """The adapters that run in Lambda, and the sandbox provider's books."""

    def __init__(self, client: Any) -> None:
        tables.create_tables(client)
        self._client = client
        deployment = Deployment(client, dict(UNITS))
        self.deps, self.problems = deployment.deps, deployment.problems

    def shelf(self, sku: str) -> tuple[int, int, int]:
        [found] = [r for r in tables.records(self._client, tables.INVENTORY) if r["sku"] == sku]
        return found["available"], found["held"], found["sold"]

    def money(self, order_id: str) -> tuple[int, int]:
        books = tables.records(self._client, tables.PAYMENTS)
        mine = [book for book in books if book["payment_key"] == f"pay:{order_id}"]
        book = mine[0] if mine else {}
        return book.get("captured_minor", 0), book.get("refunded_minor", 0)


def mails(deps: Dependencies, order_id: str) -> list[str]:
    """The e-mails to the customer: `confirmed`, `cancelled`."""
    notifier = deps.notifier
    assert isinstance(notifier, FakeNotifier)
    mine = [mail.subject for mail in notifier.sent if order_id in mail.subject]
    return [subject.split()[-1] for subject in mine]
