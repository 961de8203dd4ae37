"""Views of the events that other systems receive."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text

from cli.terminal.tables import Rows
from cli.terminal.text import Cell, line
from cli.views.formats import clock, stage
from cli.views.orders import event_details

Event = Mapping[str, Any]


def events_table(events: Iterable[Event]) -> Rows:
    """One line per event, oldest first."""
    return Rows(
        columns=("at", "order", "#", "event", "stage", "detail"),
        rows=[_cells(event) for event in events],
        optional=("stage", "#", "at"),
        wrapping=("detail",),
        key="order",
    )


def event_line(event: Event) -> Text:
    """One event on one line, without columns: later events are not known yet."""
    return line(*(cell for cell in _cells(event) if cell), between="  ")


def _cells(event: Event) -> tuple[Cell, ...]:
    return (
        clock(event["at"]),
        event["order_id"],
        str(event["sequence"]),
        event["kind"],
        stage(event["stage"]),
        ", ".join(event_details(event, event)),
    )
