"""Lists orders: `orders list`."""

from typing import Annotated

import typer

from cli.commands.options import CustomerOption, OutcomeOption, ProfileOption, StageOption
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.orders import order_list


def list_orders(
    stage: StageOption = None,
    outcome: OutcomeOption = None,
    customer: CustomerOption = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most N orders.", metavar="N")
    ] = 20,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """List orders, newest first: your own; for approvers and operators, all orders."""
    query = {"stage": stage, "outcome": outcome, "customer_id": customer}
    api = open_api(profile)
    found = list(api.newest("/orders", "orders", limit=limit, page_size=100, **query))
    show({"orders": found}, output, lambda shown: order_list(shown["orders"]))
