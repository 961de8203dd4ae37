"""The state entries of an execution, with the data of its history."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class StateEntry:
    """One entry of a state: the errors of its attempts, and its output once it has one."""

    state: str
    errors: list[str] = field(default_factory=list)
    output: Any = None


class Journal:
    """State entries in order; a state has one open entry at a time."""

    def __init__(self) -> None:
        self.entries: list[StateEntry] = []
        self._newest: dict[str, StateEntry] = {}

    @property
    def states(self) -> list[str]:
        """The names of the entered states."""
        return [entry.state for entry in self.entries]

    def entered(self, state: str) -> None:
        self._newest[state] = StateEntry(state)
        self.entries.append(self._newest[state])

    def failed(self, state: str, error: str) -> None:
        """An attempt failed; Retry and Catch come next."""
        self._newest[state].errors.append(error)

    def left(self, state: str, output: Any) -> None:
        self._newest[state].output = output
