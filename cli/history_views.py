"""Histories and verdicts as tables."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from cli.visits import visits
from cli.words import clock, duration, instant, plain

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
    return _events(history["events"]) if detailed else _states(history["events"])


def figures(history: History) -> RenderableType:
    """Each execution's verdict, with its time by category and its retries."""
    table = Table("execution", "verdict", "why", "took", "retries", "time by category", box=None)
    for one in history["executions"]:
        shares = (
            f"{name} {duration(timedelta(milliseconds=share['milliseconds']))}"
            for name, share in one["categories"].items()
            if share["milliseconds"]
        )
        retries = ", ".join(f"{name} {count}" for name, count in one["retries"].items()) or "-"
        named = _verdict(one["verdict"])
        table.add_row(
            str(one["epoch"]), named, plain(one["reason"]), _took(one), retries, ", ".join(shares)
        )
    return table


def verdict_table(verdicts: list[dict[str, Any]]) -> RenderableType:
    """One line an execution, how many of each, and how they came over time."""
    table = Table("order", "epoch", "verdict", "why", "began", "took", box=None)
    for one in verdicts:
        table.add_row(
            one["order_id"],
            str(one["epoch"]),
            _verdict(one["verdict"]),
            plain(one["reason"]),
            clock(one["started_at"]),
            _took(one),
        )
    return Group(table, _counts(verdicts), _over_time(verdicts))


def _counts(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """A bar for each verdict."""
    found = Counter(one["verdict"] for one in verdicts)
    table = Table("verdict", "orders", "", box=None, title="how many", title_justify="left")
    most = max(found.values(), default=1)
    for verdict, count in found.most_common():
        bar = "█" * max(1, round(_BAR * count / most))
        table.add_row(_verdict(verdict), str(count), f"[{_style(verdict)}]{bar}[/]")
    return table


def _over_time(verdicts: Iterable[Mapping[str, Any]]) -> Table:
    """How many of each verdict began on which day (or in which hour, if all are of one day)."""
    known = [one for one in verdicts if one["started_at"]]
    days = {one["started_at"][:_DAY] for one in known}
    cut = _DAY if len(days) > 1 else _DAY + 3
    counts = Counter((one["started_at"][:cut].replace("T", " "), one["verdict"]) for one in known)
    classes = sorted({verdict for _, verdict in counts})
    moments = sorted({moment for moment, _ in counts})
    heads = (*(_verdict(one) for one in classes),)
    title = "by day (UTC)" if len(days) > 1 else "by hour (UTC)"
    table = Table("began", *heads, box=None, title=title, title_justify="left")
    for moment in moments:
        table.add_row(moment, *(str(counts[moment, one] or "·") for one in classes))
    return table


def _states(events: Iterable[Mapping[str, Any]]) -> Table:
    table = Table(
        "execution", "state", "category", "entered", "took", "attempts", "error", box=None
    )
    for visit in visits(events):
        table.add_row(
            str(visit.epoch),
            visit.state,
            visit.category,
            clock(visit.entered_at),
            "running" if visit.left_at is None else duration(visit.span),
            str(visit.attempts or "-"),
            plain(visit.error),
        )
    return table


def _events(events: Iterable[Mapping[str, Any]]) -> Table:
    table = Table("execution", "#", "at", "event", "state", "category", "error", box=None)
    for event in events:
        number, at = str(event["id"]), clock(event["timestamp"])
        state, remark = event["state"] or "", event["error"] or event["decision"] or ""
        row = (
            str(event["epoch"]),
            number,
            at,
            event["type"],
            state,
            event["category"],
            plain(remark),
        )
        table.add_row(*row)
    return table


def event_line(event: Mapping[str, Any]) -> str:
    """One event on a line of its own, for a list that grows."""
    remark = event["error"] or event["decision"] or ""
    place = f"{event['epoch']}.{event['id']:<4} {clock(event['timestamp'])}"
    what = f"{event['category']:<14} {event['type']:<24} {event['state'] or ''}"
    return f"[dim]{place}[/]  {what} [red]{plain(remark)}[/]"


def _took(one: Mapping[str, Any]) -> str:
    begun, ended = instant(one["started_at"]), instant(one["stopped_at"])
    return "-" if begun is None or ended is None else duration(ended - begun)


def _verdict(verdict: str) -> str:
    return f"[{_style(verdict)}]{verdict}[/]"


def _style(verdict: str) -> str:
    return _VERDICT_STYLES.get(verdict, "yellow")
