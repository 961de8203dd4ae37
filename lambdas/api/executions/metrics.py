"""Metrics of an execution: time and events by category, retries by activity.

Pure functions of redacted history events. Durations are in milliseconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lambdas.api.executions.history import Category, HistoryEvent

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a category in an execution. The time of parallel states counts once."""

    events: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Metrics of one execution. `retries` has only activities with retries. Instants: epoch ms."""

    started_at: int | None
    stopped_at: int | None
    shares: Mapping[Category, Share]
    retries: Mapping[str, int]


def measured(events: Sequence[HistoryEvent]) -> Figures:
    """Measure one execution, ended or running."""
    known = [event.at for event in events if event.at is not None]
    ended = bool(events) and events[-1].type.startswith("Execution") and len(events) > 1
    return Figures(
        started_at=known[0] if known else None,
        stopped_at=known[-1] if known and ended else None,
        shares=_shares(events),
        retries=_retries(events),
    )


def _shares(events: Sequence[HistoryEvent]) -> dict[Category, Share]:
    counts = Counter(event.category for event in events)
    visits: dict[Category, list[Interval]] = {}
    for category, interval in _visits(events):
        visits.setdefault(category, []).append(interval)
    return {
        category: Share(counts[category], _covered(visits.get(category, [])))
        for category in Category
        if counts[category]
    }


def _visits(events: Sequence[HistoryEvent]) -> Iterable[tuple[Category, Interval]]:
    """The intervals from each entry of a state to its exit, or to the newest event."""
    entered: dict[str, HistoryEvent] = {}
    newest = max((event.at for event in events if event.at is not None), default=0)
    for event in events:
        if event.state is None or event.at is None:
            continue
        if event.type.endswith("StateEntered"):
            entered[event.state] = event
        elif (begun := entered.pop(event.state, None)) is not None:
            yield event.category, (begun.at or event.at, event.at)
    for begun in entered.values():
        yield begun.category, (begun.at or newest, newest)


def _covered(intervals: Iterable[Interval]) -> int:
    """The total length of the union of the intervals."""
    total, reached = 0, 0
    for begin, end in sorted(intervals):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _retries(events: Sequence[HistoryEvent]) -> dict[str, int]:
    """Attempts after the first one of each state entry."""
    more: Counter[str] = Counter()
    for event in events:
        if event.within is None:
            continue
        if event.type.endswith("StateEntered"):
            more[event.within] -= 1
        elif event.type in ("TaskScheduled", "LambdaFunctionScheduled"):
            more[event.within] += 1
    return {state: count for state, count in sorted(more.items()) if count > 0}
