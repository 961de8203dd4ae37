"""Metrics of an execution: time and events by category, retries by activity.

Pure functions of redacted history events. Durations are in milliseconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lambdas.executions.history import Category, HistoryEvent
from lambdas.executions.state_entries import Progress, StateEntry, state_entries

Interval = tuple[int, int]

_WAIT = "AwaitSignal"
_TIMEOUTS = frozenset({"States.Timeout", "States.HeartbeatTimeout"})


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a category in an execution. The time of parallel states counts once."""

    events: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics of one execution. `retries` has only activities with retries, `wake_ups` counts the
    ends of waits by cause. Instants: epoch ms.
    """

    started_at: int | None
    stopped_at: int | None
    shares: Mapping[Category, Share]
    retries: Mapping[str, int]
    wake_ups: Mapping[str, int]


def measure(events: Sequence[HistoryEvent]) -> Metrics:
    """Measure one execution, ended or running."""
    known = [event.at for event in events if event.at is not None]
    ended = bool(events) and events[-1].type.startswith("Execution") and len(events) > 1
    entries = state_entries(events)
    return Metrics(
        started_at=known[0] if known else None,
        stopped_at=known[-1] if known and ended else None,
        shares=_shares(events, entries, known),
        retries=_retries(entries),
        wake_ups=Counter(map(_cause, filter(_has_woken, entries))),
    )


def _shares(
    events: Sequence[HistoryEvent], entries: Sequence[StateEntry], known: Sequence[int]
) -> dict[Category, Share]:
    """An open state lasts until the newest of the `known` instants."""
    counts = Counter(event.category for event in events)
    intervals: dict[Category, list[Interval]] = {}
    for entry in entries:
        if entry.entered_at is not None:
            interval = (entry.entered_at, entry.left_at or known[-1])
            intervals.setdefault(entry.category, []).append(interval)
    return {
        category: Share(counts[category], _union_length(intervals.get(category, [])))
        for category in Category
        if counts[category]
    }


def _union_length(intervals: Iterable[Interval]) -> int:
    """The total length of the union of the intervals."""
    total, reached = 0, 0
    for begin, end in sorted(intervals):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _retries(entries: Iterable[StateEntry]) -> dict[str, int]:
    """Attempts after the first one of each state entry."""
    more: Counter[str] = Counter()
    for entry in entries:
        more[entry.state] += max(0, entry.attempts - 1)
    return {state: count for state, count in sorted(more.items()) if count > 0}


def _has_woken(entry: StateEntry) -> bool:
    """Whether this is a wait that has ended."""
    return entry.state == _WAIT and entry.progress in (Progress.SUCCEEDED, Progress.CAUGHT)


def _cause(entry: StateEntry) -> str:
    """`doorbell`: a caller woke the execution. `timeout`: a tick, an e-mail or the deadline was
    due. `error`: the task failed.
    """
    if entry.progress is Progress.SUCCEEDED:
        return "doorbell"
    return "timeout" if entry.error in _TIMEOUTS else "error"
