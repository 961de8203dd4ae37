"""The state entries of an execution: when each state was entered and exited, and its attempts.

The only place that turns history events into entries. The graph, the metrics, the classification
and the answer of `GET /orders/{id}/history` read them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lambdas.executions.history import Category, HistoryEvent

_ATTEMPTS = ("TaskScheduled", "LambdaFunctionScheduled")
_PARALLEL = "Parallel"


class Progress(StrEnum):
    """The progress of a state. A failure that a Catch handled is `caught`. `aborted`: the execution
    was stopped, or another branch of the Parallel state failed.
    """

    NOT_REACHED = "not-reached"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CAUGHT = "caught"
    FAILED = "failed"
    ABORTED = "aborted"


_AT_END = {
    "ExecutionFailed": Progress.FAILED,
    "ExecutionTimedOut": Progress.FAILED,
    "ExecutionAborted": Progress.ABORTED,
    "ExecutionSucceeded": Progress.SUCCEEDED,
}
"""The progress of the states that are open when their execution ends."""


@dataclass(slots=True, kw_only=True)
class StateEntry:
    """One entry into a state. Instants are in epoch milliseconds. `type` is the type in the
    definition (`Task`). `error` is that of the newest attempt, `errors` those of all attempts.
    `attempts` is 0 for states that call nothing.
    """

    state: str
    type: str
    category: Category
    entered_at: int | None
    left_at: int | None = None
    progress: Progress = Progress.RUNNING
    attempts: int = 0
    error: str | None = None
    errors: list[str] = field(default_factory=list)


def state_entries(events: Sequence[HistoryEvent]) -> list[StateEntry]:
    """Every state entry of one execution, in the sequence of the entries."""
    found: list[StateEntry] = []
    for event in events:
        if event.type.endswith("StateEntered"):
            found.append(_new_entry(event))
        elif event.type.endswith("StateExited"):
            _exit(found, event)
        elif event.type in _AT_END:
            _end(found, event)
        elif not event.type.startswith(_PARALLEL):
            _add_attempt(found, event)
    return found


def _new_entry(event: HistoryEvent) -> StateEntry:
    return StateEntry(
        state=event.state or "",
        type=event.type.removesuffix("StateEntered"),
        category=event.category,
        entered_at=event.at,
    )


def _exit(found: Sequence[StateEntry], event: HistoryEvent) -> None:
    entry = _open_entry(found, event.state)
    if entry is None:
        return
    entry.left_at = event.at
    if entry.type == _PARALLEL:
        _close_branches(entry, found[found.index(entry) + 1 :], event)
    entry.progress = Progress.CAUGHT if entry.error else Progress.SUCCEEDED


def _close_branches(parallel: StateEntry, later: Sequence[StateEntry], event: HistoryEvent) -> None:
    """Close the states that are open in the branches of a Parallel state that exits: one branch
    failed, which stopped the others.
    """
    for entry in _open_entries(later):
        entry.left_at = event.at
        entry.progress = Progress.FAILED if entry.error else Progress.ABORTED
        parallel.error = parallel.error or entry.error


def _end(found: Sequence[StateEntry], event: HistoryEvent) -> None:
    for entry in _open_entries(found):
        entry.left_at = event.at
        entry.progress = _AT_END[event.type]


def _add_attempt(found: Sequence[StateEntry], event: HistoryEvent) -> None:
    entry = _open_entry(found, event.within)
    if entry is None:
        return
    if event.type in _ATTEMPTS:
        entry.attempts += 1
    elif event.type.endswith("Succeeded"):
        entry.error = None
    elif event.error is not None or event.type.endswith(("Failed", "TimedOut")):
        entry.error = event.error or event.type
        entry.errors.append(entry.error)


def _open_entries(found: Iterable[StateEntry]) -> Iterator[StateEntry]:
    return (entry for entry in found if entry.progress is Progress.RUNNING)


def _open_entry(found: Sequence[StateEntry], state: str | None) -> StateEntry | None:
    """The newest open entry of a state."""
    return next((entry for entry in _open_entries(reversed(found)) if entry.state == state), None)
