"""Send one signal and print its outcome."""

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
        ("✗ stale", "red"), ": the lines have changed; read the order and approve its new revision"
    ),
    "superseded": line(("superseded", "yellow"), ": a cancel or an earlier approval came first"),
    None: line("… accepted, still pending"),
}


def send(
    api: Api, order_id: str, kind: str, body: Mapping[str, Any], key: str | None, wait: int
) -> dict[str, Any]:
    """Send a signal; the response contains the outcome if it is known within `wait` seconds."""
    headers = {"prefer": f"wait={wait}"} if wait else {}
    where = path("orders", order_id, "signals", kind)
    return api.post_once(where, body, key or str(uuid.uuid4()), **headers)


def tell(signal: Mapping[str, Any], output: Format) -> None:
    """Print the signal. Raises Refused if it was settled but not applied."""
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
            f"the signal was accepted, but not applied: {outcome}",
            advice=f"`orders describe {signal['order_id']}` shows the state of the order",
            status=200,
        )


def meaning(outcome: str | None) -> Text:
    """The outcome of a signal as text."""
    return _MEANING.get(outcome) or line((f"✗ {visible(outcome or '')}", "red"))
