"""Lists the products that can be ordered: `orders catalogue`."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from cli.commands.options import ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import print_message
from cli.terminal.records import FieldsOption, ListFormat, ListOutput, show_list
from cli.terminal.tables import Rows
from cli.views.formats import money

_PAGE_SIZE = 100
_COLUMNS = ("sku", "name", "price.amount_minor", "price.currency", "price.exponent", "sold_out")


def catalogue(
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most N products.", metavar="N")
    ] = 100,
    fields: FieldsOption = None,
    profile: ProfileOption = None,
    output: ListOutput = ListFormat.TABLE,
) -> None:
    """List the products that can be ordered, by SKU, with their prices."""
    entries = open_api(profile).newest(
        "/catalogue", "products", limit=limit + 1, page_size=_PAGE_SIZE
    )
    found = list(entries)
    show_list("products", found[:limit], output, fields, columns=_COLUMNS, render=_table)
    if len(found) > limit:
        print_message(f"there are more: use `-n` with more than {limit}")


def _table(products: Iterable[Mapping[str, Any]]) -> RenderableType:
    rows = [
        (
            product["sku"],
            product["name"],
            money(product["price"]),
            "sold out" if product["sold_out"] else "",
        )
        for product in products
    ]
    if not rows:
        return "no products"
    return Rows(columns=("SKU", "name", "price", "stock"), rows=rows, wrapping=("name",))
