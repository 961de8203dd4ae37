"""Approves the payment of an order: `orders approve`."""

from typing import Annotated

import typer

from cli.client.api import Api, path
from cli.commands.options import KeyOption, OrderId, ProfileOption, TimeoutOption, YesOption
from cli.commands.order.sending import print_outcome, send
from cli.problems import Refused
from cli.sign_in.session import open_api, require_role
from cli.terminal.console import err
from cli.terminal.output import Format, Output, print_message, require_yes
from cli.terminal.text import visible_data
from cli.views.formats import money
from cli.views.orders import order_items


def approve(
    order: OrderId,
    revision: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="The revision to approve. By default the order is shown first.",
            metavar="N",
        ),
    ] = None,
    yes: YesOption = False,
    key: KeyOption = None,
    timeout: TimeoutOption = 5,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Approve an order's payment (approvers).

    An approval is for one revision: if the lines have changed since, it has no effect.

    Example: orders approve $ORDER_ID -p approver
    """
    api = open_api(profile)
    if revision is None and not yes:
        require_role(profile, "approver", to="approve an order's payment")
        seen = _approved_revision(api, order)
    else:
        seen = revision or _newest_revision(api, order)
    sent = send(api, order, "approve-payment", {"revision": seen}, key, timeout)
    print_outcome(sent, output)
    if sent["outcome"] == "applied" and output is Format.TABLE:
        print_message(
            f"the payment follows and can be declined: `orders wait {order}` shows the result"
        )


def _newest_revision(api: Api, order_id: str) -> int:
    return int(api.get(path("orders", order_id, "items"))["revision"])


def _approved_revision(api: Api, order_id: str) -> int:
    """Show the order, ask for confirmation, and return its revision.

    Raises Refused, without asking, for an order that accepts no approval.
    """
    order = api.get(path("orders", order_id))
    if "approve-payment" not in order["allowed_signals"]:
        raise Refused(
            f"the order accepts no approval now: it is {order['stage']}",
            advice=f"`orders describe {order_id}` shows which signals it accepts",
        )
    shown = visible_data(order)
    err.print(order_items(shown["items"], shown["total"]))
    about = f"{order_id} for {order['customer_id']}, revision {order['revision']}"
    require_yes(f"Approve {about}, {money(order['total'])}?", otherwise="nothing was approved")
    return int(order["revision"])
