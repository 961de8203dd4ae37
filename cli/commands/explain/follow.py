"""Follow a history: print new events as they arrive."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from cli.client.api import Api, path
from cli.commands.read.polling import pause
from cli.terminal.console import out
from cli.terminal.output import print_json
from cli.terminal.text import Cell, line, visible_data
from cli.views.formats import ENDS, clock
from cli.views.histories import EVENT_COLUMNS, event_cells

_WIDTHS: Mapping[str, int] = {
    "execution": 9,
    "#": 4,
    "at": 8,
    "event": 22,
    "state": 22,
    "category": 13,
    "detail": 0,
}
"""Column widths. They are fixed, because later events are not known yet."""
_WIDE = 100
"""Minimum terminal width to print all columns."""


def follow_history(api: Api, order_id: str, *, as_json: bool) -> None:
    """Print every event once, in order, until the order has ended and no more events follow."""
    seen: set[tuple[int, int]] = set()
    widths: Mapping[str, int] = _WIDTHS
    history: Mapping[str, Any] = {}
    had_ended = False
    while True:
        before = history
        stage = api.get(path("orders", order_id))["stage"]
        history = api.get(path("orders", order_id, "history"))
        fresh = [e for e in history["events"] if (e["epoch"], e["id"]) not in seen]
        if fresh and not seen and not as_json:
            widths = {**_WIDTHS, "at": len(clock(fresh[0]["timestamp"]))}
            out.print(_in_columns(EVENT_COLUMNS, widths), style="bold")
        for event in fresh:
            seen.add((event["epoch"], event["id"]))
            if as_json:
                print_json(event, lines=True)
            else:
                cells = event_cells(visible_data(event), clock(event["timestamp"]))
                out.print(_in_columns(cells, widths))
        # The API caches the history: only a new response proves that there are no more events.
        quiet = had_ended and not fresh and history is not before
        had_ended = stage in ENDS
        if had_ended and (quiet or not _runs(history)):
            return
        pause()


def _runs(history: Mapping[str, Any]) -> bool:
    return any(execution["verdict"] == "running" for execution in history["executions"])


def _in_columns(cells: tuple[Cell, ...], widths: Mapping[str, int]) -> Text:
    """One line with the columns of the table; without the category on a narrow terminal."""
    shown = []
    for head, cell in zip(EVENT_COLUMNS, cells, strict=True):
        if head != "category" or out.width >= _WIDE:
            padded = line(cell)
            padded.pad_right(max(0, widths[head] - padded.cell_len))
            shown.append(padded)
    joined = line(*shown, between=" ")
    joined.rstrip()
    return joined
