"""Small execution histories, event by event."""

from typing import Any


class History:
    """Appends events; each is linked to the one before it, or to `after`."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, *, after: int | None = None, **details: Any) -> int:
        """Append an event and return its id."""
        previous = len(self.events) if after is None else after
        number = len(self.events) + 1
        self.events.append({"id": number, "previousEventId": previous, "type": kind, **details})
        return number

    def enter(self, name: str, kind: str = "Task", *, after: int | None = None) -> int:
        """Append the entry into a state."""
        details = {"stateEnteredEventDetails": {"name": name}}
        return self.add(f"{kind}StateEntered", after=after, **details)

    def exit(self, name: str, kind: str = "Task") -> int:
        """Append the exit of a state."""
        return self.add(f"{kind}StateExited", stateExitedEventDetails={"name": name})

    def task(self, name: str, *ends: str) -> None:
        """A task with one attempt for each of `ends`, e.g. TaskFailed, TaskSucceeded."""
        self.enter(name)
        for end in ends:
            self.add("TaskScheduled")
            self.add("TaskStarted")
            self.add(end)
        self.exit(name)
