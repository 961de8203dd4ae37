"""Shows the events of an order: `orders timeline`."""

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json
from cli.terminal.text import visible_data
from cli.views import orders


def timeline(order: OrderId, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show what happened to an order, event by event."""
    api = open_api(profile)
    found = api.get(path("orders", order, "timeline"))
    if output is Format.JSON:
        print_json(found)
        return
    total = api.get(path("orders", order))["total"]
    if omitted := found["omitted_events"]:
        out.print(f"{omitted:,} older events are omitted.")
    out.print(orders.timeline(visible_data(found["events"]), visible_data(total)))
