"""Shows an order on one page: `orders describe`."""

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.orders import order_description


def describe(order: OrderId, profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show everything about an order: deadline, last view, allowed signals, ledger, events."""
    api = open_api(profile)
    found = api.get(path("orders", order))
    events = api.get(path("orders", order, "timeline"))["events"]
    viewed_at = api.get(path("orders", order, "execution"))["last_heartbeat_at"]
    parse_whole_number = {**found, "last_heartbeat_at": viewed_at, "events": events}
    show(parse_whole_number, output, lambda shown: order_description(shown, shown["events"]))
