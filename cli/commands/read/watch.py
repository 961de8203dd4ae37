"""Watches the workflow of an order: `orders watch`."""

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.live import Live

from cli.client.api import Api, path
from cli.commands.options import OrderId, ProfileOption
from cli.commands.read.polling import pause
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, print_line
from cli.terminal.text import visible_data
from cli.views.formats import ENDS
from cli.views.workflow_tree import log_lines, workflow_tree

OrderAndExecution = tuple[dict[str, Any], dict[str, Any]]
"""An order and the progress of its execution."""


def watch(
    order: OrderId,
    once: Annotated[bool, typer.Option("--once", help="Show the current state and exit.")] = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Watch the workflow of an order live, state by state, until it ends.

    With `-o json` every change is one line of JSON. In a pipe or a file, every change is one line
    of text, followed by the whole workflow at the end.
    """
    api = open_api(profile)
    if output is Format.JSON:
        _print_changes(api, order, once=once)
        return
    found = _read_both(api, order)
    if once or not out.is_terminal:
        found = found if once else _log_changes(api, order, found)
        out.print(_tree(found))
        return
    with Live(_tree(found), console=out, refresh_per_second=4) as live:
        while found[0]["stage"] not in ENDS:
            pause()
            found = _read_both(api, order)
            live.update(_tree(found))


def _tree(found: OrderAndExecution) -> RenderableType:
    return workflow_tree(*visible_data(found))


def _read_both(api: Api, order_id: str) -> OrderAndExecution:
    """Read the execution first, so that it is never newer than the order; and again if the order
    has ended, because the last states do not change the order.
    """
    execution = api.get(path("orders", order_id, "execution"))
    order = api.get(path("orders", order_id))
    if order["stage"] in ENDS:
        execution = api.get(path("orders", order_id, "execution"))
    return order, execution


def _log_changes(api: Api, order_id: str, found: OrderAndExecution) -> OrderAndExecution:
    """Print a line for every change until the order ends; returns the final state."""
    printed: set[str] = set()
    while True:
        lines = log_lines(*visible_data(found))
        for change, line in lines.items():
            if change not in printed:
                print_line(line)
        printed |= set(lines)
        if found[0]["stage"] in ENDS:
            return found
        pause()
        found = _read_both(api, order_id)


def _print_changes(api: Api, order_id: str, *, once: bool) -> None:
    last = None
    while True:
        found, execution = _read_both(api, order_id)
        progress = {s["name"]: s["progress"] for s in execution["states"]}
        now = {"order_id": order_id, "stage": found["stage"], "states": progress}
        if now != last:
            print_json(now, lines=True)
        last = now
        if once or found["stage"] in ENDS:
            return
        pause()
