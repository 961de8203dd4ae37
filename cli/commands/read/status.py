"""Shows the stage and total of an order: `orders status`."""

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.orders import order_status


def status(order: OrderId, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show the stage and total of an order."""
    found = open_api(profile).get(path("orders", order))
    show(found, output, order_status)
