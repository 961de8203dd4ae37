"""Wait for an order: wait, watch."""

import time
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.live import Live

from cli.api import Api, path
from cli.commands.following import pause
from cli.order_views import order_status
from cli.output import Format, Output, print_json, print_line, show, working
from cli.problems import Refused, WrongUsage
from cli.session import As, OrderId, open_api
from cli.terminal import out
from cli.text import visible_data
from cli.words import ENDS, STAGES
from cli.workflow_tree import told_in_lines, workflow_tree

Both = tuple[dict[str, Any], dict[str, Any]]
"""An order and the progress of its execution."""

Timeout = Annotated[
    float,
    typer.Option("-t", "--timeout", min=0, help="Stop waiting after this time.", metavar="SECONDS"),
]


def wait(
    order: OrderId,
    stage: Annotated[
        str | None,
        typer.Option(
            "-s", "--stage", help="Wait for this stage instead of the end.", metavar="STAGE"
        ),
    ] = None,
    timeout: Timeout = 1_200,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Wait until an order ends, or reaches a stage.

    Exit code 0: it completed (or reached the stage); 1: it ended otherwise, or timed out.
    """
    if stage is not None and stage not in STAGES:
        raise WrongUsage(f"there is no stage {stage!r}", advice=f"one of: {', '.join(STAGES)}")
    api, wanted = open_api(profile), stage or "completed"
    with working(f"waiting for {order}"):
        found = _until(api, order, {*ENDS, wanted}, timeout)
    show(found, output, order_status)
    if found["stage"] != wanted:
        raise Refused(
            _missed(found, wanted),
            advice=f"`orders describe {order}` shows details",
            status=200,
        )


def watch(
    order: OrderId,
    once: Annotated[bool, typer.Option("--once", help="Show the current state and exit.")] = False,
    profile: As = None,
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
    found = _both(api, order)
    if once or not out.is_terminal:
        found = found if once else _log_changes(api, order, found)
        out.print(_tree(found))
        return
    with Live(_tree(found), console=out, refresh_per_second=4) as live:
        while found[0]["stage"] not in ENDS:
            pause()
            found = _both(api, order)
            live.update(_tree(found))


def _tree(found: Both) -> RenderableType:
    return workflow_tree(*visible_data(found))


def _missed(order: dict[str, Any], wanted: str) -> str:
    """Why the order did not reach the stage."""
    now, reason = order["stage"], (order["reason"] or "").removesuffix(".")
    if now not in ENDS:
        return f"the order is {now}: {reason or 'not there yet'}"
    if wanted in ENDS:
        return f"the order is {now}: {reason or f'it never reaches {wanted}'}"
    why = f" ({reason})" if reason else ""
    return f"the order is {now} now{why}, and has passed or never reaches {wanted}"


def _until(api: Api, order_id: str, stages: set[str], timeout: float) -> dict[str, Any]:
    """Poll until the order reaches one of `stages`, or until `timeout` seconds have passed."""
    give_up = time.monotonic() + timeout
    while True:
        found = api.get(path("orders", order_id))
        if found["stage"] in stages or time.monotonic() >= give_up:
            return found
        pause()


def _both(api: Api, order_id: str) -> Both:
    """Read the execution first, so that it is never newer than the order; and again if the order
    has ended, because the last states do not change the order.
    """
    execution = api.get(path("orders", order_id, "execution"))
    order = api.get(path("orders", order_id))
    if order["stage"] in ENDS:
        execution = api.get(path("orders", order_id, "execution"))
    return order, execution


def _log_changes(api: Api, order_id: str, found: Both) -> Both:
    """Print a line for every change until the order ends; returns the final state."""
    printed: set[str] = set()
    while True:
        lines = told_in_lines(*visible_data(found))
        for change, line in lines.items():
            if change not in printed:
                print_line(line)
        printed |= set(lines)
        if found[0]["stage"] in ENDS:
            return found
        pause()
        found = _both(api, order_id)


def _print_changes(api: Api, order_id: str, *, once: bool) -> None:
    last = None
    while True:
        found, execution = _both(api, order_id)
        progress = {s["name"]: s["progress"] for s in execution["states"]}
        now = {"order_id": order_id, "stage": found["stage"], "states": progress}
        if now != last:
            print_json(now, lines=True)
        last = now
        if once or found["stage"] in ENDS:
            return
        pause()
