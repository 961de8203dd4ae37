"""Waiting for orders: wait until one ends, watch one live."""

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
"""An order, and how far its execution came."""

Timeout = Annotated[
    float,
    typer.Option("-t", "--timeout", min=0, help="Give up after this time.", metavar="SECONDS"),
]


def wait(
    order: OrderId,
    stage: Annotated[
        str | None,
        typer.Option(
            "-s", "--stage", help="Wait for this stage, not for the end.", metavar="STAGE"
        ),
    ] = None,
    timeout: Timeout = 1_200,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Wait until an order ends, or reaches a stage.

    Exit code 0: it completed (or reached the stage); 1: it ended otherwise, or not in time.
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
            advice=f"`orders describe {order}` tells more",
            status=200,
        )


def watch(
    order: OrderId,
    once: Annotated[bool, typer.Option("--once", help="Show it as it is now, and end.")] = False,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Watch the workflow of an order live, state by state, until it ends.

    With `-o json` every change is one line of JSON. Into a pipe or a file, every change is a line
    of text, and the whole workflow comes at the end.
    """
    api = open_api(profile)
    if output is Format.JSON:
        _print_changes(api, order, once=once)
        return
    found = _both(api, order)
    if once or not out.is_terminal:
        found = found if once else _tell_changes(api, order, found)
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
    """Why the order is not where it was waited for."""
    now, reason = order["stage"], (order["reason"] or "").removesuffix(".")
    if now not in ENDS:
        return f"the order is {now}: {reason or 'not there yet'}"
    if wanted in ENDS:
        return f"the order is {now}: {reason or f'it never reaches {wanted}'}"
    why = f" ({reason})" if reason else ""
    return f"the order is {now} now{why}, and has passed or never reaches {wanted}"


def _until(api: Api, order_id: str, stages: set[str], timeout: float) -> dict[str, Any]:
    """The order as soon as it stands at one of `stages`, or when time is up."""
    give_up = time.monotonic() + timeout
    while True:
        found = api.get(path("orders", order_id))
        if found["stage"] in stages or time.monotonic() >= give_up:
            return found
        pause()


def _both(api: Api, order_id: str) -> Both:
    """The execution first, so that it is never newer than the order; once more for an order that
    has ended, because the last steps change nothing else.
    """
    execution = api.get(path("orders", order_id, "execution"))
    order = api.get(path("orders", order_id))
    if order["stage"] in ENDS:
        execution = api.get(path("orders", order_id, "execution"))
    return order, execution


def _tell_changes(api: Api, order_id: str, found: Both) -> Both:
    """A line for every change until the order ends; returns how it ended."""
    told: set[str] = set()
    while True:
        lines = told_in_lines(*visible_data(found))
        for change, line in lines.items():
            if change not in told:
                print_line(line)
        told |= set(lines)
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
