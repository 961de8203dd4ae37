"""Read orders: status, items, describe, list, timeline."""

from itertools import islice
from typing import Annotated

import typer

from cli import order_views
from cli.api import path
from cli.output import Format, Output, print_json, show
from cli.selection import Customer, Stage
from cli.session import As, OrderId, open_api
from cli.terminal import out
from cli.text import visible_data


def status(order: OrderId, profile: As = None, output: Output = Format.TABLE) -> None:
    """Show the stage and total of an order."""
    found = open_api(profile).get(path("orders", order))
    show(found, output, order_views.order_status)


def items(order: OrderId, profile: As = None, output: Output = Format.TABLE) -> None:
    """Show an order's lines, prices and total."""
    found = open_api(profile).get(path("orders", order, "items"))
    show(found, output, lambda shown: order_views.order_items(shown["items"], shown["total"]))


def describe(order: OrderId, profile: As = None, output: Output = Format.TABLE) -> None:
    """Show everything about an order: deadline, last view, allowed signals, ledger, events."""
    api = open_api(profile)
    found = api.get(path("orders", order))
    events = api.get(path("orders", order, "timeline"))["events"]
    last_heartbeat_at = api.get(path("orders", order, "execution"))["last_heartbeat_at"]
    whole = {**found, "last_heartbeat_at": last_heartbeat_at, "events": events}
    show(whole, output, lambda shown: order_views.order_description(shown, shown["events"]))


def list_orders(
    stage: Stage = None,
    customer: Customer = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most N orders.", metavar="N")
    ] = 20,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """List orders, newest first: your own; for approvers and operators, all orders."""
    query = {"stage": stage, "customer_id": customer, "limit": min(limit, 100)}
    found = list(islice(open_api(profile).pages("/orders", "orders", **query), limit))
    show({"orders": found}, output, lambda shown: order_views.order_list(shown["orders"]))


def timeline(order: OrderId, profile: As = None, output: Output = Format.TABLE) -> None:
    """Show what happened to an order, event by event."""
    api = open_api(profile)
    found = api.get(path("orders", order, "timeline"))
    if output is Format.JSON:
        print_json(found)
        return
    total = api.get(path("orders", order))["total"]
    if omitted := found["omitted_events"]:
        out.print(f"{omitted:,} older events are omitted.")
    out.print(order_views.timeline(visible_data(found["events"]), visible_data(total)))
