"""Products of the API: paths, prices and tables."""

from typing import Annotated, Any

import typer
from rich.console import Group as Lines
from rich.console import RenderableType
from rich.table import Table

from cli.client.api import path
from cli.problems import WrongUsage
from cli.views.formats import clock, money

Sku = Annotated[str, typer.Argument(help="Stock keeping unit.", metavar="SKU")]


def product_path(sku: str, *parts: str) -> str:
    """The path of a product. Raises WrongUsage."""
    return path("ops", "products", sku, *parts)


def parse_price(text: str) -> dict[str, Any]:
    """Parse `1850 EUR`, an amount in minor units. Raises WrongUsage.

    A decimal point is refused: how many decimals a currency has is known to the API only.
    """
    amount, _, currency = text.strip().partition(" ")
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 10 and currency):
        raise WrongUsage(
            f"{text!r} is not a price",
            advice="write whole minor units and the currency: '1850 EUR' is 18.50 EUR",
        )
    return {"unit_price_minor": int(amount), "currency": currency.strip().upper()}


def product_table(product: dict[str, Any]) -> RenderableType:
    """A product, its counters and its corrections."""
    facts = Table(box=None, show_header=False)
    facts.add_row("product", f"{product['sku']}  {product['name']}")
    facts.add_row("price", money(product["price"]))
    counters = ("available", "held", "sold")
    facts.add_row("stock", " · ".join(f"{product[name]} {name}" for name in counters))
    facts.add_row("listed", "yes" if product["listed"] else "no")
    facts.add_row("related", ", ".join(product["related"]) or "-")
    if not product["corrections"]:
        return facts
    table = Table("at", "units", "reason", "by", "key", box=None)
    for correction in product["corrections"]:
        units = f"{correction['change']:+d}"
        table.add_row(
            clock(correction["at"]),
            units,
            correction["reason"],
            correction["actor"],
            correction["key"],
        )
    return Lines(facts, table)
