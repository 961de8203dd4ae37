"""From the events of a history to visits of states: when entered, left, how often tried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cli.words import instant

_ATTEMPTS = ("TaskScheduled", "LambdaFunctionScheduled")


@dataclass(slots=True, kw_only=True)
class Visit:
    """One visit of a state; `attempts` is 0 for states that call nothing."""

    epoch: int
    state: str
    category: str
    entered_at: str
    left_at: str | None = None
    attempts: int = 0
    error: str | None = None

    @property
    def span(self) -> timedelta:
        """How long it lasted; nothing while it is not over."""
        begun, ended = instant(self.entered_at), instant(self.left_at)
        return timedelta() if begun is None or ended is None else ended - begun


def visits(events: Iterable[Mapping[str, Any]]) -> list[Visit]:
    """Every visit in the order of entering. An event without a state's name counts for the state
    of its category that was entered last; only parallel states of one category are unclear.
    """
    found: list[Visit] = []
    for event in events:
        epoch, category = event["epoch"], event["category"]
        if event["type"].endswith("StateEntered"):
            at = event["timestamp"]
            found.append(Visit(epoch=epoch, state=event["state"], category=category, entered_at=at))
            continue
        open_ = (one for one in reversed(found) if one.epoch == epoch and one.left_at is None)
        if event["type"].endswith("StateExited"):
            visit = next((one for one in open_ if one.state == event["state"]), None)
            if visit is not None:
                visit.left_at = event["timestamp"]
            continue
        visit = next((one for one in open_ if one.category == category), None)
        if visit is not None:
            visit.attempts += event["type"] in _ATTEMPTS
            visit.error = event["error"] or visit.error
    return found
