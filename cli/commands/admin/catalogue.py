"""Catalogue: create and change products, one by one or from a file."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.arguments import Command, Group
from cli.client.api import Api
from cli.commands.admin.catalogue_file import read_catalogue
from cli.commands.admin.products import Sku, parse_price, product_path, product_table
from cli.commands.options import ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, progress_bar, show

catalogue = typer.Typer(
    cls=Group, no_args_is_help=True, help="Create and change products (operators)."
)
INITIAL = "initial stock"
"""The reason of the corrections that `load` makes."""


@catalogue.command("set", cls=Command)
def set_product(
    sku: Sku,
    name: Annotated[str, typer.Option(help="The name that customers see.", metavar="TEXT")],
    price: Annotated[
        str,
        typer.Option(help="Minor units and currency: '1850 EUR' is 18.50 EUR.", metavar="PRICE"),
    ],
    related: Annotated[
        list[str] | None,
        typer.Option(help="A SKU to recommend with it; may be repeated.", metavar="SKU"),
    ] = None,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Create a product without units, or change its name, price and recommendations. It is listed.

    Lines of existing orders keep their price. The stock does not change: use `orders admin stock
    correct`.
    """
    body = {"name": name, **parse_price(price), "related": related or []}
    show(open_api(profile).put(product_path(sku), body), output, product_table)


@catalogue.command("unlist", cls=Command)
def unlist(sku: Sku, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Remove a product from the list that `orders catalogue` shows. `set` lists it again.

    It can still be ordered by its SKU. To stop that, remove its units: `orders admin stock
    correct`.
    """
    api = open_api(profile)
    product = api.get(product_path(sku))
    details = {"name": product["name"], "related": product["related"], **_price(product["price"])}
    show(api.put(product_path(sku), {**details, "listed": False}), output, product_table)


def _price(price: dict[str, Any]) -> dict[str, Any]:
    return {"unit_price_minor": price["amount_minor"], "currency": price["currency"]}


@catalogue.command("load", cls=Command)
def load(
    file: Annotated[
        Path,
        typer.Argument(help="A TOML file, in the form of local/catalogue.toml.", metavar="FILE"),
    ],
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Create or change the products and customers of a file, with their initial stock.

    Safe to repeat: the initial stock of a SKU is entered once.
    """
    content = read_catalogue(file)
    show(load_catalogue(open_api(profile), content), output, _products_table)


def load_catalogue(api: Api, content: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Save every product with its initial stock, and every customer. Returns the products."""
    products = []
    with progress_bar() as progress:
        work = progress.add_task("load", total=sum(map(len, content.values())))
        for product in content["sku"]:
            products.append(_save(api, product))
            progress.advance(work)
        for customer in content["customer"]:
            api.post("/ops/customers", customer)
            progress.advance(work)
    return products


def _save(api: Api, product: dict[str, Any]) -> dict[str, Any]:
    fields = ("name", "unit_price_minor", "currency", "related", "listed")
    sku, units = product["sku"], product["available"]
    saved = api.put(product_path(sku), {name: product[name] for name in fields})
    if not units or any(correction["key"] == _key(sku) for correction in saved["corrections"]):
        return saved
    body = {"change": units, "reason": INITIAL}
    return api.post_once(product_path(sku, "corrections"), body, _key(sku))


def _key(sku: str) -> str:
    return f"initial-{sku}"


def _products_table(products: list[dict[str, Any]]) -> Table:
    table = Table("product", "name", "available", "held", "sold", box=None)
    for product in products:
        counters = (str(product[name]) for name in ("available", "held", "sold"))
        table.add_row(product["sku"], product["name"], *counters)
    return table
