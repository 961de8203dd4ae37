"""Shows a signal and its outcome: `orders signal`."""

from typing import Annotated

import typer

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.commands.order.sending import print_outcome
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output


def signal(
    order: OrderId,
    signal_id: Annotated[str, typer.Argument(help="The signal's id (its key).", metavar="SIGNAL")],
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Show a signal and its outcome."""
    print_outcome(open_api(profile).get(path("orders", order, "signals", signal_id)), output)
