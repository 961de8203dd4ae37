"""Convert the events of a history to state entries: when entered, when exited, attempts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from cli.views.formats import instant

_ATTEMPTS = ("TaskScheduled", "LambdaFunctionScheduled")
_ENDS = ("SucceedState", "FailState")
BrokenOff = Literal["stopped", "failed"]


@dataclass(slots=True, kw_only=True)
class Visit:
    """One entry into a state; `attempts` is 0 for states that call nothing.

    `broken_off` is set if the state never exited: its execution ended, or a parallel branch failed.
    `is_end` is true for Succeed and Fail states, which take no time.
    """

    epoch: int
    state: str
    category: str
    entered_at: str
    left_at: str | None = None
    attempts: int = 0
    error: str | None = None
    broken_off: BrokenOff | None = None
    is_end: bool = False

    @property
    def span(self) -> timedelta:
        """The duration; zero while the state has not exited."""
        begun, ended = instant(self.entered_at), instant(self.left_at)
        return timedelta() if begun is None or ended is None else ended - begun


def visits(events: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """Every state entry, in order.

    An event without the name of a state belongs to the last entered state of its category. This is
    ambiguous only for parallel states of one category.
    """
    found: list[Visit] = []
    for event in events:
        if event["type"].endswith("StateEntered"):
            found.append(_begun(event))
        elif event["type"].endswith("StateExited"):
            _leave(found, event)
        elif event["type"].startswith("Execution"):
            _end(found, event)
        else:
            _see(found, event)
    return found


def _begun(event: Mapping[str, Any]) -> Visit:
    return Visit(
        epoch=event["epoch"],
        state=event["state"],
        category=event["category"],
        entered_at=event["timestamp"],
        is_end=event["type"].startswith(_ENDS),
    )


def _leave(found: list[Visit], event: Mapping[str, Any]) -> None:
    """Close the state that exited. The exit of a Parallel state also closes the open states in its
    branches: a failed branch stops the others.
    """
    visit = next((one for one in _open(found, event) if one.state == event["state"]), None)
    if visit is None:
        return
    visit.left_at = event["timestamp"]
    if event["type"].startswith("Parallel"):
        later = found[found.index(visit) + 1 :]
        for one in [one for one in _open(later, event) if one.category == visit.category]:
            _break_off(one, event["timestamp"], "failed" if one.error else "stopped")


def _end(found: list[Visit], event: Mapping[str, Any]) -> None:
    """Close all open states when their execution ends."""
    if event["type"] == "ExecutionStarted":
        return
    failed = event["type"] in ("ExecutionFailed", "ExecutionTimedOut")
    for visit in list(_open(found, event)):
        _break_off(visit, event["timestamp"], "failed" if failed else "stopped")


def _break_off(visit: Visit, at: str, how: BrokenOff) -> None:
    visit.left_at = at
    if not visit.is_end:
        visit.broken_off = how


def _see(found: list[Visit], event: Mapping[str, Any]) -> None:
    visit = next((one for one in _open(found, event) if one.category == event["category"]), None)
    if visit is not None:
        visit.attempts += event["type"] in _ATTEMPTS
        visit.error = event["error"] or visit.error


def _open(found: list[Visit], event: Mapping[str, Any]) -> Iterator[Visit]:
    """The open states of the event's execution, the newest first."""
    return (one for one in reversed(found) if one.epoch == event["epoch"] and one.left_at is None)
