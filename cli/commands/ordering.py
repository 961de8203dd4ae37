"""Place orders and send signals: place, approve, cancel, add-item, signal."""

import uuid
from typing import Annotated, Any

import typer

from cli.api import Api, path
from cli.commands import waiting
from cli.commands.signalling import WaitSeconds, send, tell
from cli.order_views import order_items, order_status
from cli.output import Format, Output, print_line, require_yes, say, show
from cli.problems import Refused, WrongUsage
from cli.session import As, OrderId, open_api, require_role
from cli.terminal import err
from cli.text import visible_data
from cli.words import money, whole

Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Idempotency key: a request with the same key takes effect once. Random by default.",
        metavar="KEY",
    ),
]
Item = Annotated[
    list[str],
    typer.Option("-i", "--item", help="SKU, or SKU=QUANTITY; may be repeated.", metavar="ITEM"),
]


def place(
    item: Item,
    pay_with: Annotated[
        str,
        typer.Option("--pay-with", help="Payment method known to the provider.", metavar="METHOD"),
    ] = "pm_ok",
    customer: Annotated[
        str | None, typer.Option(help="Order for this customer (operators only).", metavar="NAME")
    ] = None,
    workflow_version: Annotated[
        str | None,
        typer.Option("--workflow-version", help="v1 or v2 (operators only).", metavar="VERSION"),
    ] = None,
    key: Key = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until the order ends, as `orders wait` does.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print only the order id.")] = False,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Place an order.

    Example: ORDER_ID=$(orders place -i COFFEE-1KG=2 -i MUG-RED -q)
    """
    if quiet and (wait or output is Format.JSON):
        raise WrongUsage("-q prints only the id", advice="remove --wait and -o json, or -q")
    asked = {
        "items": [parse_item(text) for text in item],
        "payment_method": pay_with,
        "customer_id": customer,
        "workflow_version": workflow_version,
    }
    body = {name: value for name, value in asked.items() if value is not None}
    order = open_api(profile).post_once("/orders", body, key or str(uuid.uuid4()))
    if wait:
        say(f"placed {order['order_id']}")
        waiting.wait(order["order_id"], profile=profile, output=output)
    elif quiet:
        print_line(order["order_id"])
    else:
        _print_placed(order, output)


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
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    key: Key = None,
    wait: WaitSeconds = 5,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Approve an order's payment (approvers).

    An approval is valid for one revision: if the lines change before it, nothing is charged.
    """
    api = open_api(profile)
    if revision is None and not yes:
        require_role(profile, "approver", to="approve an order's payment")
        seen = _approved_revision(api, order)
    else:
        seen = revision or _newest_revision(api, order)
    sent = send(api, order, "approve-payment", {"revision": seen}, key, wait)
    tell(sent, output)
    if sent["outcome"] == "applied" and output is Format.TABLE:
        say(f"payment follows, and may be declined: `orders wait {order}` shows the result")


def cancel(
    order: OrderId,
    reason: Annotated[
        str, typer.Option("-r", "--reason", help="One line, shown to everyone.", metavar="TEXT")
    ],
    key: Key = None,
    wait: WaitSeconds = 5,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Cancel an order: the stock is released and the payment refunded.

    This is the normal way to end an order. `abort` is the emergency brake: it stops the execution
    immediately, and the janitor compensates the order later.
    """
    tell(send(open_api(profile), order, "cancel-order", {"reason": reason}, key, wait), output)


def add_item(
    order: OrderId,
    item: Annotated[str, typer.Argument(help="SKU, or SKU=QUANTITY.", metavar="ITEM")],
    key: Key = None,
    wait: WaitSeconds = 5,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Add units to an order that waits for approval. This increases its revision."""
    tell(send(open_api(profile), order, "add-line-item", parse_item(item), key, wait), output)


def signal(
    order: OrderId,
    signal_id: Annotated[str, typer.Argument(help="The signal's id (its key).", metavar="SIGNAL")],
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Show a signal and its outcome."""
    tell(open_api(profile).get(path("orders", order, "signals", signal_id)), output)


def parse_item(text: str) -> dict[str, Any]:
    """Parse `SKU` or `SKU=QUANTITY`. Raises WrongUsage."""
    sku, given, quantity = text.partition("=")
    number = whole(quantity) if given else 1
    if not number or not sku.strip():
        raise WrongUsage(
            f"{text!r} is not an item",
            advice="write SKU or SKU=QUANTITY, with a quantity of 1 or more: COFFEE-1KG=2",
        )
    return {"sku": sku, "quantity": number}


def _print_placed(order: dict[str, Any], output: Format) -> None:
    """Print the order; with the table, also the next command."""
    show(order, output, order_status)
    if output is Format.TABLE:
        say(f"next: `orders watch {order['order_id']}`")


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
