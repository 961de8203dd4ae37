"""Placing orders and sending signals: place, approve, cancel, add-item, signal."""

import uuid
from typing import Annotated, Any

import typer

from cli.api import Api, path
from cli.commands.signalling import WaitSeconds, send, tell
from cli.order_views import order_items, order_status
from cli.output import Format, Output, err, show
from cli.problems import WrongUsage
from cli.session import As, OrderId, open_api
from cli.words import whole

Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Idempotency key: the same key and request never happen twice. A new one by default.",
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
        str, typer.Option("--pay-with", help="Payment method known to the provider.")
    ] = "pm_ok",
    customer: Annotated[
        str | None, typer.Option(help="Order for this customer (operators only).")
    ] = None,
    workflow_version: Annotated[
        str | None, typer.Option("--workflow-version", help="v1 or v2 (operators only).")
    ] = None,
    key: Key = None,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Place an order.

    Example: orders place -i COFFEE-1KG=2 -i MUG-RED
    """
    asked = {
        "items": [parse_item(text) for text in item],
        "payment_method": pay_with,
        "customer_id": customer,
        "workflow_version": workflow_version,
    }
    body = {name: value for name, value in asked.items() if value is not None}
    order = open_api(profile).post("/orders", body, idempotency_key=key or str(uuid.uuid4()))
    show(order, output, lambda: order_status(order))


def approve(
    order: OrderId,
    revision: Annotated[
        int | None,
        typer.Option(help="The revision that you saw. By default the order is shown first."),
    ] = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    key: Key = None,
    wait: WaitSeconds = 5,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Approve an order's payment (approvers).

    It holds for one revision: if the lines change in between, nothing is charged.
    """
    api = open_api(profile)
    seen = revision if revision is not None else _seen_revision(api, order, yes=yes)
    tell(send(api, order, "approve-payment", {"revision": seen}, key, wait), output)


def cancel(
    order: OrderId,
    reason: Annotated[str, typer.Option("-r", "--reason", help="One line, shown to everybody.")],
    key: Key = None,
    wait: WaitSeconds = 5,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Cancel an order: it ends in good order, stock released and money refunded.

    This is the way to end an order. `abort` is the emergency brake: it stops the execution where
    it stands and leaves it to the janitor to compensate.
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
    """Add units to an order that waits for approval. Its revision grows."""
    tell(send(open_api(profile), order, "add-line-item", parse_item(item), key, wait), output)


def signal(
    order: OrderId,
    signal_id: Annotated[str, typer.Argument(help="The signal's id (its key).")],
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Read a signal that was sent, and what became of it."""
    tell(open_api(profile).get(path("orders", order, "signals", signal_id)), output)


def parse_item(text: str) -> dict[str, Any]:
    """`SKU` or `SKU=2` as a line. Raises WrongUsage."""
    sku, given, quantity = text.partition("=")
    number = whole(quantity) if given else 1
    if number is None:
        raise WrongUsage(f"{text!r} is no item", advice="write SKU or SKU=QUANTITY: COFFEE-1KG=2")
    return {"sku": sku, "quantity": number}


def _seen_revision(api: Api, order_id: str, *, yes: bool) -> int:
    """Show what is to be approved, ask, and tell which revision it was."""
    items = api.get(path("orders", order_id, "items"))
    if not yes:
        err.print(order_items(items["items"], items["total"]))
        typer.confirm("Approve this?", abort=True, err=True)
    return int(items["revision"])
