"""Sends any signal to an order: `orders send`."""

from typing import Annotated

import typer

from cli.commands.options import KeyOption, OrderId, ProfileOption, TimeoutOption
from cli.commands.order.fields import FieldOption, parse_fields
from cli.commands.order.sending import signal
from cli.terminal.output import Format, Output


def send(
    order: OrderId,
    kind: Annotated[str, typer.Argument(help="The kind of the signal (see /docs).")],
    field: FieldOption = [],  # noqa: B006  # typer only reads it
    key: KeyOption = None,
    timeout: TimeoutOption = 5,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Send a signal that has no command to an order.

    Example: orders send $ORDER_ID cancel-order --field reason="changed my mind"
    """
    body = parse_fields(field)
    signal(order, kind, body, key=key, timeout=timeout, profile=profile, output=output)
