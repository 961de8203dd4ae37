"""Signals and their outcomes as text."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from cli.terminal.tables import Rows
from cli.terminal.text import line, visible
from cli.views.formats import clock

FIRST_APPROVAL = "applied: waiting for a second approver"
"""The outcome of the first of two approvals."""

_MEANING = {
    "applied": line(("✓ applied", "green")),
    FIRST_APPROVAL: line(
        ("✓ approved", "green"), ": the order waits for a second approver, a different person"
    ),
    "stale": line(
        ("✗ stale", "red"), ": the lines have changed; read the order and approve its new revision"
    ),
    "superseded": line(("superseded", "yellow"), ": another decision came first"),
    None: line("… accepted, still pending"),
}
_COLUMNS = frozenset({"order_id", "signal_id", "kind", "accepted_at", "actor", "outcome"})
"""The fields that are no parameters of the signal."""


def signal_list(signals: Iterable[Mapping[str, Any]]) -> RenderableType:
    """One line per signal, oldest first."""
    rows = [
        (
            signal["signal_id"],
            signal["kind"],
            clock(signal["accepted_at"]),
            signal["actor"] or "-",
            _parameters(signal),
            outcome_text(signal["outcome"]),
        )
        for signal in signals
    ]
    if not rows:
        return "no signals"
    return Rows(
        columns=("signal", "kind", "accepted", "by", "parameters", "outcome"),
        rows=rows,
        optional=("accepted", "by"),
        wrapping=("parameters", "outcome"),
    )


def _parameters(signal: Mapping[str, Any]) -> str:
    """The parameters that the signal has: `sku MUG-RED, quantity 2`."""
    given = {name: value for name, value in signal.items() if value is not None}
    return ", ".join(f"{name} {value}" for name, value in given.items() if name not in _COLUMNS)


def outcome_text(outcome: str | None) -> Text:
    """The outcome of a signal as text."""
    return _MEANING.get(outcome) or line((f"✗ {visible(outcome or '')}", "red"))
