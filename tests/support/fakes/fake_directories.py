"""The inventory and the customers in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lambdas.domain.catalogue import CataloguePage, Customer, ListedProduct, StockLevel
from lambdas.domain.errors import InsufficientStock, LedgerMismatch, StoreUnavailable
from lambdas.domain.ports import Catalogue, CustomerDirectory, StockShards
from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.domain.record.money import Price

_FROM_TO = {
    StockMovement.HOLD: ("available", "held"),
    StockMovement.RELEASE: ("held", "available"),
    StockMovement.SELL: ("held", "sold"),
}


@dataclass(slots=True)
class StockItem:
    """The units of one SKU by counter."""

    price: Price
    available: int
    held: int = 0
    sold: int = 0
    related: tuple[str, ...] = ()
    name: str = ""
    listed: bool = True

    @property
    def units(self) -> int:
        """All units that exist; no movement may change it."""
        return self.available + self.held + self.sold


class FakeInventory(Catalogue, StockShards):
    """The inventory table: a Catalogue to read, and the counters that a commit moves. None of its
    SKUs is ever busy; `idle_from` lists when shards become idle, which a sweep then settles.
    """

    def __init__(self, by_sku: Mapping[str, StockItem] | None = None) -> None:
        self.by_sku = dict(by_sku or {})
        self.unavailable = False
        self.idle_from: list[int] = []

    def put(
        self,
        sku: str,
        *,
        available: int,
        held: int = 0,
        unit_price_minor: int = 1000,
        currency: str = "EUR",
        related: tuple[str, ...] = (),
        name: str = "",
        listed: bool = True,
    ) -> StockItem:
        """Set the stock of a SKU; replaces an existing one."""
        price = Price(unit_price_minor, currency)
        self.by_sku[sku] = StockItem(
            price, available, held, related=related, name=name, listed=listed
        )
        return self.by_sku[sku]

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        if self.unavailable:
            raise StoreUnavailable("the inventory is unavailable (set by the test)")
        found = {sku: self.by_sku[sku] for sku in skus if sku in self.by_sku}
        return {
            sku: StockLevel(
                sku=sku, available=item.available, price=item.price, related=item.related
            )
            for sku, item in found.items()
        }

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        if self.unavailable:
            raise StoreUnavailable("the inventory is unavailable (set by the test)")
        found = [
            ListedProduct(sku=sku, name=item.name, price=item.price, sold_out=item.available == 0)
            for sku, item in sorted(self.by_sku.items())
            if item.listed and sku > (cursor or "")
        ]
        shown = found[:limit]
        return CataloguePage(tuple(shown), shown[-1].sku if len(found) > limit else None)

    def close_idle(self, now: int) -> int:
        if self.unavailable:
            raise StoreUnavailable("the inventory is unavailable (set by the test)")
        still_used = [at for at in self.idle_from if at > now]
        closed = len(self.idle_from) - len(still_used)
        self.idle_from = still_used
        return closed

    def require(self, moves: Sequence[StockMove], order_id: str) -> None:
        """Raise unless every move has its units: DynamoDB checks all before it writes any."""
        if len({move.sku for move in moves}) < len(moves):
            raise ValueError("one transaction cannot write one item twice")
        short = [move for move in moves if self._units(move) < move.quantity]
        if not short:
            return
        skus = ", ".join(move.sku for move in short)
        if short[0].movement is StockMovement.HOLD:
            raise InsufficientStock(f"insufficient stock: {skus}", order_id=order_id)
        raise LedgerMismatch(f"less stock held than the order holds: {skus}", order_id=order_id)

    def apply(self, moves: Sequence[StockMove]) -> None:
        """Make the moves, which `require` has checked."""
        for move in moves:
            source, target = _FROM_TO[move.movement]
            item = self.by_sku[move.sku]
            setattr(item, source, getattr(item, source) - move.quantity)
            setattr(item, target, getattr(item, target) + move.quantity)

    def _units(self, move: StockMove) -> int:
        item = self.by_sku.get(move.sku)
        return 0 if item is None else int(getattr(item, _FROM_TO[move.movement][0]))


class FakeCustomers(CustomerDirectory):
    """The customers table."""

    def __init__(self, customers: Sequence[Customer] = ()) -> None:
        self.customers = {customer.customer_id: customer for customer in customers}
        self.unavailable = False

    def find(self, customer_id: str) -> Customer | None:
        if self.unavailable:
            raise StoreUnavailable("the customers are unavailable (set by the test)")
        return self.customers.get(customer_id)

    def save(self, customer: Customer) -> None:
        self.customers[customer.customer_id] = customer
