"""Places an order: `orders place`."""

import uuid
from typing import Annotated, Any

import typer

from cli.commands.options import ItemOption, KeyOption, PayWithOption, ProfileOption
from cli.commands.order.fields import FieldOption, parse_fields
from cli.commands.order.items import parse_item
from cli.commands.read.wait import wait as wait_for_end
from cli.problems import WrongUsage
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, print_line, print_message, show
from cli.views.orders import order_status


def place(
    item: ItemOption,
    pay_with: PayWithOption = "pm_ok",
    customer: Annotated[
        str | None, typer.Option(help="Order for this customer (operators only).", metavar="NAME")
    ] = None,
    workflow_version: Annotated[
        str | None,
        typer.Option(
            "--workflow-version",
            help="Default: the current version (operators only).",
            metavar="VERSION",
        ),
    ] = None,
    field: FieldOption = [],  # noqa: B006  # typer only reads it
    key: KeyOption = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the order ends, as `orders wait` does.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print only the order id.")] = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Place an order.

    Example: ORDER_ID=$(orders place -i COFFEE-1KG=2 -i MUG-RED -q)
    """
    if quiet and (wait or output is Format.JSON):
        raise WrongUsage("-q prints only the id", advice="remove --wait and -o json, or -q")
    requested = {
        "items": [parse_item(text) for text in item],
        "payment_method": pay_with,
        "customer_id": customer,
        "workflow_version": workflow_version,
    }
    sent = {name: value for name, value in requested.items() if value is not None}
    body = {**parse_fields(field), **sent}
    order = open_api(profile).post_once("/orders", body, key or str(uuid.uuid4()))
    for warning in order["warnings"]:
        print_message(f"warning: {warning}")
    if wait:
        print_message(f"placed {order['order_id']}")
        wait_for_end(order["order_id"], profile=profile, output=output)
    elif quiet:
        print_line(order["order_id"])
    else:
        _print_placed(order, output)


def _print_placed(order: dict[str, Any], output: Format) -> None:
    """Print the order; with the table, also the next command."""
    show(order, output, order_status)
    if output is Format.TABLE:
        print_message(f"next: `orders watch {order['order_id']}`")
