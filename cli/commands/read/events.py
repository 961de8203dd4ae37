"""Shows the events that other systems receive: `orders events`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from cli.client.api import Api
from cli.commands.options import ProfileOption, order_id
from cli.commands.read.polling import pause
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json
from cli.terminal.text import visible_data
from cli.views.events import event_line, events_table

_OVERLAP_MINUTES = 5
"""Events arrive late, and not in the order of their times: each poll reads the last minutes again,
and `event_id` shows which events are new.
"""
Event = Mapping[str, Any]


def events(
    order: Annotated[
        str | None,
        typer.Argument(help="Only events of this order.", metavar="[ORDER]", parser=order_id),
    ] = None,
    follow: Annotated[
        bool, typer.Option("-f", "--follow", help="Print new events until you press Ctrl-C.")
    ] = False,
    minutes: Annotated[
        int,
        typer.Option(
            "-m",
            "--minutes",
            min=1,
            max=10_080,
            help="Events of the last N minutes.",
            metavar="N",
        ),
    ] = 60,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Show the events that other systems receive from the event bus (operators).

    They arrive some seconds after the change. `timeline` shows all events of one order at once,
    with the reasons of declines and cancels.
    """
    api = open_api(profile)
    found = _read(api, order, minutes)
    if follow:
        _follow(api, order, found, as_json=output is Format.JSON)
    elif output is Format.JSON:
        print_json({"events": list(found)})
    else:
        out.print(events_table(visible_data(list(found))))


def _follow(api: Api, order: str | None, found: Iterator[Event], *, as_json: bool) -> None:
    """Print every event once, as it is found."""
    seen: set[str] = set()
    while True:
        for event in found:
            if event["event_id"] in seen:
                continue
            seen.add(event["event_id"])
            if as_json:
                print_json(event, lines=True)
            else:
                out.print(event_line(visible_data(event)))
        pause()
        found = _read(api, order, _OVERLAP_MINUTES)


def _read(api: Api, order: str | None, minutes: int) -> Iterator[Event]:
    """All events of the last minutes, page by page."""
    query: dict[str, Any] = {"minutes": minutes, "limit": 100}
    if order is not None:
        query["order_id"] = order
    while True:
        page = api.get("/ops/events", **query)
        yield from page["events"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]
