"""What the inventory and the customer directory return."""

from dataclasses import dataclass

from lambdas.domain.record.money import Price

SKU_FORM = "[A-Z0-9-]{1,32}"
"""The pattern of a stock keeping unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """One SKU of the inventory as it was read."""

    sku: str
    available: int
    price: Price
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProduct:
    """One product of the catalogue. If not `sold_out`, units may be available."""

    sku: str
    name: str
    price: Price
    sold_out: bool


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Products by SKU; `cursor` is the last SKU if more follow, else None."""

    products: tuple[ListedProduct, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer; `email` and `name` never leave the process but in a mail.

    `language` is the language of the mails (`de`, `de-AT`); English if there are no texts in it.
    """

    customer_id: str
    tier: str
    email: str
    name: str
    language: str = "en"
