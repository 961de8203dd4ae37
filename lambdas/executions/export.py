"""The rows of an exported history: one for each event, with the verdict on the execution.

A row has only values that every query engine reads: text, numbers and null.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lambdas.domain.executions import ExecutionOutcome, Row
from lambdas.executions.history import Category, HistoryEvent

_OUTCOME = ("order_id", "epoch", "verdict", "reason", "started_at", "stopped_at")
_EVENT = ("id", "type", "at", "state", "within", "error", "decision", "category")


def rows(outcome: ExecutionOutcome, events: Sequence[HistoryEvent]) -> list[Row]:
    """The rows of an execution that has ended."""
    of_outcome = {name: getattr(outcome, name) for name in _OUTCOME}
    return [{**of_outcome, **_event_row(event)} for event in events]


def events_of(found: Iterable[Row]) -> list[HistoryEvent]:
    """The events of exported rows; a column that only a newer version writes is ignored."""
    return [_event(row) for row in found]


def _event_row(event: HistoryEvent) -> Mapping[str, Any]:
    return {**asdict(event), "category": event.category.value}


def _event(row: Row) -> HistoryEvent:
    known: dict[str, Any] = {name: row.get(name) for name in _EVENT}
    return HistoryEvent(**{**known, "category": Category(row["category"])})
