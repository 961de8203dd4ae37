"""Stock: show it, and correct it with a recorded reason."""

import uuid
from typing import Annotated

import typer

from cli.arguments import Command, Group
from cli.commands.admin.products import Sku, product_path, product_table
from cli.commands.options import KeyOption, ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, print_message, show

stock = typer.Typer(cls=Group, no_args_is_help=True, help="Show and correct stock (operators).")


@stock.command("show", cls=Command)
def show_stock(sku: Sku, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show the units of a product, and the newest corrections of them."""
    show(open_api(profile).get(product_path(sku)), output, product_table)


@stock.command("correct", cls=Command)
def correct(
    sku: Sku,
    change: Annotated[
        int,
        typer.Option(
            "--by", help="Units to add; negative: units to remove (--by=-2).", metavar="UNITS"
        ),
    ],
    reason: Annotated[
        str, typer.Option("-r", "--reason", help="One line, shown to operators.", metavar="TEXT")
    ],
    key: KeyOption = None,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Add or remove available units, with a recorded reason.

    Held and sold units belong to orders and do not change. The API refuses to remove more units
    than are available.

    Safe to repeat with the same `--key`: the correction is made once.
    """
    body = {"change": change, "reason": reason}
    used = key or str(uuid.uuid4())
    product = open_api(profile).post_once(product_path(sku, "corrections"), body, used)
    if output is Format.TABLE:
        print_message(f"recorded with the key {used}")
    show(product, output, product_table)
