"""Histories and verdicts as tables."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.tables import Rows
from cli.text import Cell
from cli.visits import Visit, visits
from cli.words import clock, clocks, duration, instant

History = Mapping[str, Any]

_VERDICT_STYLES = {
    "completed": "green",
    "running": "cyan",
    "infrastructure": "red",
    "defect": "bold red",
    "compensation-stuck": "bold red",
}
_DAY = 10
_BAR = 40


def history_table(history: History, *, detailed: bool) -> RenderableType:
    """The states that were visited, or every event."""
    if not history["events"]:
        return "no execution has begun yet"
    return _events(history["events"]) if detailed else _states(history["events"])


def figures(history: History) -> RenderableType:
    """Each execution's verdict, with its time by category and its retries."""
    heads = ("execution", "verdict", "why", "took", "retries", "time by category")
    return Rows(
        heads=heads,
        rows=[_figures(one) for one in history["executions"]],
        may_go=("retries",),  # which follow from the attempts
        folds=("why", "time by category"),
    )


def _figures(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    shares = (
        f"{name} {duration(timedelta(milliseconds=share['milliseconds']))}"
        for name, share in one["categories"].items()
        if share["milliseconds"]
    )
    retries = ", ".join(f"{name} {count}" for name, count in one["retries"].items()) or "-"
    named, why = _verdict(one["verdict"]), one["reason"] or ""
    return str(one["epoch"]), named, why, _took(one), retries, ", ".join(shares)


def verdict_table(verdicts: list[dict[str, Any]]) -> RenderableType:
    """One line an execution, how many of each, and how they came over time."""
    if not verdicts:
        return "no orders"
    table = Rows(
        heads=("order", "execution", "verdict", "why", "began", "took"),
        rows=[
            (
                one["order_id"],
                str(one["epoch"]),
                _verdict(one["verdict"]),
                one["reason"] or "",
                clock(one["started_at"]),
                _took(one),
            )
            for one in verdicts
        ],
        may_go=("took", "began"),
        folds=("why",),
    )
    return Group(table, _counts(verdicts), _over_time(verdicts))


def _counts(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """A bar for each verdict: a block for every order, or for several where they are many."""
    found = Counter(one["verdict"] for one in verdicts)
    table = Table("verdict", "orders", "", box=None, title="how many", title_justify="left")
    full = max(_BAR, *found.values())
    for verdict, count in found.most_common():
        bar = "█" * max(1, round(_BAR * count / full))
        table.add_row(_verdict(verdict), str(count), Text(bar, style=_style(verdict)))
    return table


def _over_time(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """How many of each verdict began on which day (or in which hour, if all are of one day)."""
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
        table.add_row(moment, *(str(counts[moment, one] or "·") for one in classes))
    return table


def _states(events: list[Mapping[str, Any]]) -> RenderableType:
    found = visits(events)
    day, entered = clocks([visit.entered_at for visit in found])
    return Rows(
        title=day,
        heads=("execution", "state", "category", "entered", "took", "attempts", "error"),
        rows=[
            (
                str(visit.epoch),
                visit.state,
                visit.category,
                at,
                _lasted(visit),
                str(visit.attempts or "-"),
                visit.error or "",
            )
            for visit, at in zip(found, entered, strict=True)
        ],
        may_go=("category", *_told_by_the_figures(events), "entered"),
        folds=("error",),
    )


def _told_by_the_figures(events: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Which execution it was, where there is but one: the figures below name it."""
    return ("execution",) if len({event["epoch"] for event in events}) == 1 else ()


def _lasted(visit: Visit) -> str:
    """How long, or why that cannot be said: an end takes no time, a stop cuts it off."""
    if visit.is_end:
        return "-"
    return visit.broken_off or ("running" if visit.left_at is None else duration(visit.span))


EVENT_HEADS = ("execution", "#", "at", "event", "state", "category", "told")
"""What is shown of an event; `told` is the name of an error, or what was decided."""


def _events(events: list[Mapping[str, Any]]) -> RenderableType:
    day, times = clocks([event["timestamp"] for event in events])
    return Rows(
        title=day,
        heads=EVENT_HEADS,
        rows=[event_cells(event, at) for event, at in zip(events, times, strict=True)],
        may_go=("category", *_told_by_the_figures(events), "#"),
        folds=("told",),
    )


def event_cells(event: Mapping[str, Any], at: str) -> tuple[Cell, ...]:
    """One event under the heads of events; `at` is its time as it is written."""
    return (
        str(event["epoch"]),
        str(event["id"]),
        at,
        event["type"],
        event["state"] or "",
        event["category"],
        _told(event),
    )


def _told(event: Mapping[str, Any]) -> Cell:
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
