"""Sending one signal and telling what became of it."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.api import Api, path
from cli.output import Format, print_json, say
from cli.problems import Refused
from cli.terminal import out
from cli.text import line, visible, visible_data

WaitSeconds = Annotated[
    int,
    typer.Option(
        "-w", "--wait", min=0, max=10, help="Seconds to wait for the outcome.", metavar="SECONDS"
    ),
]

_MEANING = {
    "applied": line(("✓ applied", "green")),
    "stale": line(
        ("✗ stale", "red"), ": the lines have changed; read the order again and approve it as it is"
    ),
    "superseded": line(("superseded", "yellow"), ": a cancel or an earlier approval came first"),
    None: line("… accepted, and still pending"),
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
        shown = visible_data(signal)
        out.print(line(f"{shown['kind']} {shown['signal_id']}: ", meaning(outcome)))
        if outcome is None:
            say(f"`orders signal {shown['order_id']} {shown['signal_id']}` shows its outcome")
    if outcome is not None and outcome != "applied":
        raise Refused(
            f"the signal was accepted, but came to nothing: {outcome}",
            advice=f"`orders describe {signal['order_id']}` shows where the order stands",
            status=200,
        )


def meaning(outcome: str | None) -> Text:
    """The outcome in a sentence."""
    return _MEANING.get(outcome) or line((f"✗ {visible(outcome or '')}", "red"))
