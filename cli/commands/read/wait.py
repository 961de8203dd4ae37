"""Waits for an order: `orders wait`."""

import time
from typing import Annotated, Any

import typer

from cli.client.api import Api, path
from cli.commands.options import OrderId, ProfileOption
from cli.commands.read.polling import pause
from cli.problems import Refused, WrongUsage
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, print_progress, show, show_spinner
from cli.views.formats import ENDS, STAGES, standing
from cli.views.orders import order_status

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
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Wait until an order ends, or reaches a stage.

    Exit code 0: it completed (or reached the stage); 1: it ended otherwise, or timed out.

    Example: orders wait $ORDER_ID --stage payment -t 60
    """
    if stage is not None and stage not in STAGES:
        raise WrongUsage(f"there is no stage {stage!r}", advice=f"one of: {', '.join(STAGES)}")
    api, wanted = open_api(profile), stage or "completed"
    with show_spinner(f"waiting for {order}"):
        found = _poll_until(api, order, {*ENDS, wanted}, timeout)
    show(found, output, order_status)
    if found["stage"] != wanted:
        raise Refused(
            _why_missed(found, wanted),
            advice=f"`orders describe {order}` shows details",
            status=200,
        )


def _why_missed(order: dict[str, Any], wanted: str) -> str:
    """Why the order did not reach the stage."""
    now, reason = order["stage"], (order["reason"] or "").removesuffix(".")
    if now not in ENDS:
        return f"the order is {now}: {reason or 'not there yet'}"
    if wanted in ENDS:
        return f"the order ended as {now}: {reason or f'it never reaches {wanted}'}"
    why = f" ({reason})" if reason else ""
    return f"the order is {now} now{why}, and has passed or never reaches {wanted}"


def _poll_until(api: Api, order_id: str, stages: set[str], timeout: float) -> dict[str, Any]:
    """Poll until the order reaches one of `stages`, or until `timeout` seconds have passed.

    Every stage before is a line on a terminal, also on one that shows no spinner (TERM=dumb).
    """
    give_up, last = time.monotonic() + timeout, None
    while True:
        found = api.get(path("orders", order_id))
        if found["stage"] in stages or time.monotonic() >= give_up:
            return found
        if found["stage"] != last:
            print_progress(standing(found))
        last = found["stage"]
        pause()
