"""Shows the lines of an order: `orders items`."""

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.orders import order_items


def items(order: OrderId, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show an order's lines, prices and total."""
    found = open_api(profile).get(path("orders", order, "items"))
    show(found, output, lambda shown: order_items(shown["items"], shown["total"]))
