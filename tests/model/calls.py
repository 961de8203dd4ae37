"""A running call, the world after its next access, and a step of a trace."""

from typing import NamedTuple

from tests.model.rules import Rules
from tests.model.world import API, JANITOR, RECORDS, WRITES, State, Worker


class Call(NamedTuple):
    """A running call in the world; `live` while its execution waits for its answer."""

    state: State
    worker: Worker
    rules: Rules
    live: bool

    def continues(self, phase: str, **fields: object) -> "Move":
        """The call's next access."""
        seen = None if self.rules.sequence_checked else self.state.order
        fields = {"phase": phase, "seen": seen if phase in (WRITES, RECORDS) else None} | fields
        return Move(self.state, self.worker._replace(**fields))  # type: ignore[arg-type]

    @property
    def owns(self) -> bool:
        """The order's epoch is the call's own; the janitor and the API belong to none."""
        any_epoch = not self.rules.epochs_checked or self.worker.activity in (JANITOR, API)
        return any_epoch or self.worker.epoch == self.state.order.epoch


class Move(NamedTuple):
    """The world after one access; without `worker` the call has ended, with answer or error."""

    state: State
    worker: Worker | None = None
    answer: str = ""
    error: str = ""


class Step(NamedTuple):
    """Who does what, and the world afterwards. `natural` steps happen also without clients and
    failures.
    """

    who: str
    action: str
    after: State
    natural: bool = True
