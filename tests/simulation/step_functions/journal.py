"""The state entries of an execution, with the data of its history."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Visit:
    """One visit of a state: the errors of its attempts, and its output once it has one."""

    state: str
    errors: list[str] = field(default_factory=list)
    output: Any = None


class Journal:
    """Visits by the order of their entries; a state is visited once at a time."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self._newest: dict[str, Visit] = {}

    @property
    def states(self) -> list[str]:
        """The names of the visited states."""
        return [visit.state for visit in self.visits]

    def entered(self, state: str) -> None:
        self._newest[state] = Visit(state)
        self.visits.append(self._newest[state])

    def failed(self, state: str, error: str) -> None:
        """An attempt failed; Retry and Catch come next."""
        self._newest[state].errors.append(error)

    def left(self, state: str, output: Any) -> None:
        self._newest[state].output = output
