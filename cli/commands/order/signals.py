"""Shows the signals of an order and their outcomes: `orders signals`."""

from typing import Annotated

import typer

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption
from cli.commands.order.sending import print_outcome
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.signals import signal_list


def signals(
    order: OrderId,
    signal_id: Annotated[
        str | None,
        typer.Argument(help="Show only this signal, by its id (its key).", metavar="[SIGNAL]"),
    ] = None,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Show the signals of an order and their outcomes.

    With the id of a signal, the exit code is 1 if the signal was not applied.
    """
    api = open_api(profile)
    if signal_id is not None:
        print_outcome(api.get(path("orders", order, "signals", signal_id)), output)
        return
    found = api.get(path("orders", order, "signals"))
    show(found, output, lambda shown: signal_list(shown["signals"]))
