"""Format values for people: money, times and stages."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from rich.text import Text

STAGE_STYLES = {
    "awaiting-approval": "yellow",
    "completed": "green",
    "compensating": "magenta",
    "cancelled": "dim",
    "failed": "red",
}
STAGE_MARKS = {
    "awaiting-approval": "…",
    "completed": "✓",
    "compensating": "↺",
    "cancelled": "⊘",
    "failed": "✗",
}

ENDS = ("completed", "cancelled", "failed")
"""Final stages."""
STAGES = (
    *("start", "enrichment", "reserve", "awaiting-approval", "payment", "status-update"),
    *("compensating", *ENDS),
)
"""All stages of an order."""

OUTCOMES = (
    *("completed", "rejected", "declined", "expired", "cancelled", "failed"),
    "compensation-stuck",
)
"""How orders end."""


def money(total: Mapping[str, Any]) -> str:
    """`25.00 EUR` for 2500 minor units; `exponent` is the number of decimals of the currency."""
    exponent = total["exponent"]
    return f"{Decimal(total['amount_minor']).scaleb(-exponent):.{exponent}f} {total['currency']}"


def parse_whole_number(text: str) -> int | None:
    """Parse a whole number of at most nine digits; None for anything else."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def stage(name: str) -> Text:
    """The stage with its mark and colour. The mark identifies it without colours."""
    return Text(f"{STAGE_MARKS.get(name, '▸')} {name}", style=STAGE_STYLES.get(name, "cyan"))


def standing(order: Mapping[str, Any]) -> Text:
    """The stage, with the outcome if its name is another one: `✗ failed: rejected`."""
    text, outcome = stage(order["stage"]), order["outcome"]
    return text if outcome in (None, order["stage"]) else text.append(f": {outcome}")


def instant(text: str | None) -> datetime | None:
    """Parse a time of the API (ISO 8601)."""
    return None if text is None else datetime.fromisoformat(text)


def clock(text: str | None) -> str:
    """Format a time of the API as local time; with the date, unless it is today."""
    moment = instant(text)
    if moment is None:
        return "-"
    local = moment.astimezone()
    same_day = local.date() == datetime.now().astimezone().date()
    return f"{local:%H:%M:%S}" if same_day else f"{local:%Y-%m-%d %H:%M:%S}"


def clocks(texts: Sequence[str | None]) -> tuple[str, list[str]]:
    """Format times of the API. Returns (date, times): a date that all times share is returned
    once, else each time contains its date.
    """
    formatted = [clock(text) for text in texts]
    days = {one.rpartition(" ")[0] for one in formatted}
    if len(days) != 1:
        return "", formatted
    return days.pop(), [one.rpartition(" ")[2] for one in formatted]


def age(text: str, now: datetime | None = None, *, short: bool = False) -> str:
    """The time since `text`: `3 min 05 s`; with `short`, `3 min`."""
    return _spelt((now or datetime.now(UTC)) - datetime.fromisoformat(text), short=short)


def time_left(text: str | None, now: datetime | None = None, *, short: bool = False) -> str:
    """The time until `text`, or `passed`."""
    moment = instant(text)
    if moment is None:
        return "-"
    remaining = moment - (now or datetime.now(UTC))
    return "passed" if remaining < timedelta() else _spelt(remaining, short=short)


def _spelt(span: timedelta, *, short: bool) -> str:
    return brief(span) if short else duration(span)


def duration(span: timedelta) -> str:
    """Format a duration: `850 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24} h"


def brief(span: timedelta) -> str:
    """Format a duration for a narrow column: `42 s`, `3 min`, `2 h`, `3 d`."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
