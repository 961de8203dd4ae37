"""Adds units to an order: `orders add-item`."""

from typing import Annotated

import typer

from cli.commands.options import KeyOption, OrderId, ProfileOption, TimeoutOption
from cli.commands.order.items import parse_item
from cli.commands.order.sending import signal
from cli.terminal.output import Format, Output


def add_item(
    order: OrderId,
    item: Annotated[str, typer.Argument(help="SKU, or SKU=QUANTITY.", metavar="ITEM")],
    key: KeyOption = None,
    timeout: TimeoutOption = 5,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Add units to an order that waits for approval. This increases its revision.

    Example: orders add-item $ORDER_ID MUG-RED=2
    """
    added = parse_item(item)
    signal(order, "add-line-item", added, key=key, timeout=timeout, profile=profile, output=output)
