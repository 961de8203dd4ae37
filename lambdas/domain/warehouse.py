"""Products and their stock, as operators manage them."""

from dataclasses import dataclass
from typing import Protocol

from lambdas.domain.record.money import Price

MAX_CORRECTIONS = 100
"""Maximum number of corrections that are read for a product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The attributes of a product that operators set. A new price does not change existing orders.

    `listed`: whether the catalogue shows it.
    """

    name: str
    price: Price
    related: tuple[str, ...] = ()
    listed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A recorded change of the available units: delivered, damaged, counted again.

    `key` identifies the request: a repeated key means the same correction, however late.
    """

    key: str
    sku: str
    change: int
    reason: str
    actor: str
    """subject of the operator's token; the name is for display"""
    actor_name: str
    at: int
    """in epoch milliseconds"""

    def repeats(self, other: "Correction") -> bool:
        """Whether both have the same SKU, change and reason."""
        return (self.sku, self.change, self.reason) == (other.sku, other.change, other.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with the counters of its stock.

    Only a correction changes `available + held + sold`. `corrections` are the latest ones, newest
    first.
    """

    sku: str
    details: Details
    available: int
    held: int
    sold: int
    corrections: tuple[Correction, ...] = ()


class Warehouse(Protocol):
    """Manages the inventory. Every method raises StoreUnavailable, StoreConflict."""

    def find(self, sku: str) -> Product:
        """The current product (strongly consistent). Raises ProductNotFound."""
        ...

    def save(self, sku: str, details: Details) -> bool:
        """Set the details of a product; True if it is new. A new product has no units."""
        ...

    def correct(self, correction: Correction) -> bool:
        """Change the available units and record the correction, in one transaction.

        False if the key was used for the same correction before. Raises ProductNotFound,
        StockTooLow if fewer units are available than the correction removes, IdempotencyMismatch.
        """
        ...
