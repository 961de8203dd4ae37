"""Tables of histories and verdicts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.terminal.tables import Rows
from cli.terminal.text import Cell
from cli.views.formats import clock, clocks, duration, instant

History = Mapping[str, Any]

_VERDICT_STYLES = {
    "completed": "green",
    "running": "cyan",
    "infrastructure": "red",
    "defect": "bold red",
    "compensation-stuck": "bold red",
}
_ENDS = ("Succeed", "Fail")
"""Types of the states in which an execution ends. They take no time."""
_UNFINISHED = {"running": "running", "aborted": "stopped", "failed": "failed"}
"""The progress of states that did not exit."""
_DAY = 10
_BAR = 40


def history_table(history: History, *, detailed: bool) -> RenderableType:
    """The states that the executions entered; with `detailed`, every event."""
    if not history["events"]:
        return "no execution has started yet"
    return _events(history["events"]) if detailed else _states(history["state_entries"])


def metrics_table(history: History) -> RenderableType:
    """The verdict of each execution, with its time per category and its retries."""
    columns = ("execution", "verdict", "why", "took", "retries", "time by category")
    return Rows(
        columns=columns,
        rows=[_metrics_row(execution) for execution in history["executions"]],
        optional=("retries",),  # the table of states shows the attempts
        wrapping=("why", "time by category"),
        key="verdict",
    )


def _metrics_row(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    shares = (
        f"{name} {duration(timedelta(milliseconds=share['milliseconds']))}"
        for name, share in one["categories"].items()
        if share["milliseconds"]
    )
    retries = ", ".join(f"{name} {count}" for name, count in one["retries"].items()) or "-"
    named, why = _verdict(one["verdict"]), one["reason"] or ""
    return str(one["epoch"]), named, why, _took(one), retries, ", ".join(shares)


def verdict_table(verdicts: list[dict[str, Any]]) -> RenderableType:
    """One line per execution, a count per verdict, and the counts over time."""
    if not verdicts:
        return "no orders"
    table = Rows(
        columns=("order", "execution", "verdict", "why", "began", "took"),
        rows=[
            (
                verdict["order_id"],
                str(verdict["epoch"]),
                _verdict(verdict["verdict"]),
                verdict["reason"] or "",
                clock(verdict["started_at"]),
                _took(verdict),
            )
            for verdict in verdicts
        ],
        optional=("took", "began"),
        wrapping=("why",),
    )
    return Group(table, _counts(verdicts), _over_time(verdicts))


def _counts(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """A bar per verdict: one block per order, scaled down above _BAR orders."""
    found = Counter(one["verdict"] for one in verdicts)
    table = Table(
        "verdict", "orders", "", box=None, title="orders by verdict", title_justify="left"
    )
    full = max(_BAR, *found.values())
    for verdict, count in found.most_common():
        bar = "█" * max(1, round(_BAR * count / full))
        table.add_row(_verdict(verdict), str(count), Text(bar, style=_style(verdict)))
    return table


def _over_time(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """Count the verdicts by the day that the execution started; by hour if all are of one day."""
    known = [one for one in verdicts if one["started_at"]]
    days = {one["started_at"][:_DAY] for one in known}
    cut = _DAY if len(days) > 1 else _DAY + 3
    counts = Counter((one["started_at"][:cut].replace("T", " "), one["verdict"]) for one in known)
    classes = sorted({verdict for _, verdict in counts})
    moments = sorted({moment for moment, _ in counts})
    title = "by day (UTC)" if len(days) > 1 else "by hour (UTC)"
    table = Table("began", box=None, title=title, title_justify="left")
    for verdict in classes:
        table.add_column(_verdict(verdict))
    for moment in moments:
        table.add_row(moment, *(str(counts[moment, verdict] or "·") for verdict in classes))
    return table


def _states(entries: list[Mapping[str, Any]]) -> RenderableType:
    day, entered = clocks([entry["entered_at"] for entry in entries])
    return Rows(
        title=day,
        columns=("execution", "state", "category", "entered", "took", "attempts", "error"),
        rows=[
            (
                str(entry["epoch"]),
                entry["state"],
                entry["category"],
                at,
                _entry_duration(entry),
                str(entry["attempts"] or "-"),
                ", ".join(dict.fromkeys(entry["errors"])),
            )
            for entry, at in zip(entries, entered, strict=True)
        ],
        optional=("category", *_redundant_columns(entries), "entered"),
        wrapping=("error",),
        key="state",
    )


def _redundant_columns(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The column of the execution, if there is only one: the table below shows its number."""
    return ("execution",) if len({entry["epoch"] for entry in entries}) == 1 else ()


def _entry_duration(entry: Mapping[str, Any]) -> str:
    """The duration of a state; `-` for an end state, its progress if the state never exited."""
    if entry["type"] in _ENDS:
        return "-"
    return _UNFINISHED.get(entry["progress"]) or duration(entry_span(entry))


def entry_span(entry: Mapping[str, Any]) -> timedelta:
    """The duration of a state entry; zero while the state has not exited."""
    begun, ended = instant(entry["entered_at"]), instant(entry["left_at"])
    return timedelta() if begun is None or ended is None else ended - begun


EVENT_COLUMNS = ("execution", "#", "at", "event", "state", "category", "detail")
"""Columns of a list of events; `detail` is the name of an error or a decision."""


def _events(events: list[Mapping[str, Any]]) -> RenderableType:
    day, times = clocks([event["timestamp"] for event in events])
    return Rows(
        title=day,
        columns=EVENT_COLUMNS,
        rows=[event_cells(event, at) for event, at in zip(events, times, strict=True)],
        optional=("category", *_redundant_columns(events), "#"),
        wrapping=("detail",),
        key="event",
    )


def event_cells(event: Mapping[str, Any], at: str) -> tuple[Cell, ...]:
    """One event as a row below EVENT_COLUMNS; `at` is its formatted time."""
    return (
        str(event["epoch"]),
        str(event["id"]),
        at,
        event["type"],
        event["state"] or "",
        event["category"],
        _detail(event),
    )


def _detail(event: Mapping[str, Any]) -> Cell:
    if event["error"]:
        return Text(event["error"], style="red")
    return f"decided: {event['decision']}" if event["decision"] else ""


def _took(one: Mapping[str, Any]) -> str:
    begun, ended = instant(one["started_at"]), instant(one["stopped_at"])
    return "-" if begun is None or ended is None else duration(ended - begun)


def _verdict(verdict: str) -> Text:
    return Text(verdict, style=_style(verdict))


def _style(verdict: str) -> str:
    return _VERDICT_STYLES.get(verdict, "yellow")
