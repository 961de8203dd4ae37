"""Sending one signal and telling what became of it."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.api import Api, path
from cli.output import Format, out, print_json, say
from cli.problems import Refused
from cli.words import plain

WaitSeconds = Annotated[
    int,
    typer.Option(
        "-w", "--wait", min=0, max=10, help="Seconds to wait for the outcome.", metavar="SECONDS"
    ),
]

_MEANING = {
    "applied": "[green]✓ applied[/]",
    "stale": "[red]✗ stale[/]: the lines changed since; read the order again and approve what is "
    "there now",
    "superseded": "[yellow]superseded[/]: a cancel or an earlier approval came first",
    None: "… accepted for good, and still pending",
}


def send(
    api: Api, order_id: str, kind: str, body: Mapping[str, Any], key: str | None, wait: int
) -> dict[str, Any]:
    """Send a signal; its answer holds the outcome, if that came within `wait` seconds."""
    headers = {"prefer": f"wait={wait}"} if wait else {}
    where = path("orders", order_id, "signals", kind)
    return api.post_once(where, body, key or str(uuid.uuid4()), **headers)


def tell(signal: Mapping[str, Any], output: Format) -> None:
    """Print the signal. A signal that came to nothing ends the command as refused."""
    outcome = signal["outcome"]
    if output is Format.JSON:
        print_json(signal)
    else:
        out.print(f"{signal['kind']} {signal['signal_id']}: {meaning(outcome)}")
        if outcome is None:
            say(f"`orders signal {signal['order_id']} {signal['signal_id']}` tells its outcome")
    if outcome is not None and outcome != "applied":
        raise Refused(
            f"the signal was accepted, but came to nothing: {outcome}",
            advice=f"`orders describe {signal['order_id']}` shows where the order stands",
            status=200,
        )


def meaning(outcome: str | None) -> str:
    """The outcome in a sentence."""
    return _MEANING.get(outcome) or f"[red]✗ {plain(outcome)}[/]"
