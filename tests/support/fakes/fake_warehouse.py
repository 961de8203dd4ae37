"""The warehouse in memory, on the items of the fake inventory."""

from lambdas.domain.errors import IdempotencyMismatch, ProductNotFound, StockTooLow
from lambdas.domain.warehouse import MAX_CORRECTIONS, Correction, Details, Product, Warehouse
from tests.support.fakes.fake_directories import FakeInventory


class FakeWarehouse(Warehouse):
    """Products by SKU; `corrections` by SKU and key, oldest first."""

    def __init__(self, inventory: FakeInventory) -> None:
        self._inventory = inventory
        self.corrections: dict[str, dict[str, Correction]] = {}

    def find(self, sku: str) -> Product:
        item = self._inventory.by_sku.get(sku)
        if item is None:
            raise ProductNotFound(f"there is no product {sku}")
        newest = list(reversed(self.corrections.get(sku, {}).values()))[:MAX_CORRECTIONS]
        return Product(
            sku=sku,
            details=Details(
                name=item.name, price=item.price, related=item.related, listed=item.listed
            ),
            available=item.available,
            held=item.held,
            sold=item.sold,
            corrections=tuple(newest),
        )

    def save(self, sku: str, details: Details) -> bool:
        new = sku not in self._inventory.by_sku
        if new:
            self._inventory.put(sku, available=0)
        item = self._inventory.by_sku[sku]
        item.price, item.related = details.price, details.related
        item.name, item.listed = details.name, details.listed
        return new

    def correct(self, correction: Correction) -> bool:
        made = self.corrections.get(correction.sku, {}).get(correction.key)
        if made is not None:
            if not correction.repeats(made):
                raise IdempotencyMismatch("the key was used for another correction of this product")
            return False
        found = self.find(correction.sku)
        if found.available < -correction.change:
            raise StockTooLow(
                f"{found.available} of {found.sku} are available; the correction removes "
                f"{-correction.change}"
            )
        self._inventory.by_sku[correction.sku].available += correction.change
        self.corrections.setdefault(correction.sku, {})[correction.key] = correction
        return True
