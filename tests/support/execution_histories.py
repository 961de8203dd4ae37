"""Builds histories of executions in the format of Step Functions."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.executions.history import HistoryEvent, redact

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = ("RouteStart", "RouteDecision", "RouteEnd", "RouteBackOff")


class HistoryBuilder:
    """Appends events, one per second, each with the id of its predecessor."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.add("ExecutionStarted")

    def add(self, kind: str, **details: Any) -> "HistoryBuilder":
        number = len(self.events) + 1
        at = BEGAN + timedelta(seconds=len(self.events))
        plain = {"id": number, "previousEventId": number - 1, "type": kind, "timestamp": at}
        self.events.append({**plain, **details})
        return self

    def enter(self, state: str) -> "HistoryBuilder":
        kind = "Choice" if state in CHOICES else "Task"
        return self.add(f"{kind}StateEntered", stateEnteredEventDetails={"name": state})

    def leave(self, state: str, decision: str | None = None) -> "HistoryBuilder":
        kind = "Choice" if state in CHOICES else "Task"
        output = "{}" if decision is None else f'{{"next": {{"decision": "{decision}"}}}}'
        details = {"name": state, "output": output}
        return self.add(f"{kind}StateExited", stateExitedEventDetails=details)

    def route(self, *states: str) -> "HistoryBuilder":
        """Add Choice states."""
        for state in states:
            self.enter(state).leave(state)
        return self

    def ok(self, *states: str, decision: str | None = None) -> "HistoryBuilder":
        """Add tasks that succeed at the first attempt; `decision` is the output of the last one."""
        for state in states:
            self.enter(state).add("TaskScheduled").add("TaskSucceeded")
            self.leave(state, decision if state == states[-1] else None)
        return self

    def failing(self, state: str, *errors: str, kind: str = "TaskFailed") -> "HistoryBuilder":
        """Add a task whose attempts fail with `errors`; the last one is caught."""
        details = kind[0].lower() + kind[1:] + "EventDetails"
        self.enter(state)
        for error in errors:
            self.add("TaskScheduled").add(kind, **{details: {"error": error}})
        return self.leave(state)

    def redacted(self) -> list[HistoryEvent]:
        return list(redact(self.events))


def named(states: Iterable[str]) -> HistoryBuilder:
    """A history that has completed these tasks."""
    return HistoryBuilder().route("RouteStart").ok(*states)
