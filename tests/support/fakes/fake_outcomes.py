"""Stored outcomes of executions, in memory."""

from collections.abc import Mapping, Sequence

from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import ExecutionOutcome, OutcomeStore


class FakeOutcomes(OutcomeStore):
    """`unavailable` makes every write fail."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, int], ExecutionOutcome] = {}
        self.unavailable = False

    def find(self, executions: Sequence[tuple[str, int]]) -> Mapping[str, ExecutionOutcome]:
        return {key[0]: self.stored[key] for key in executions if key in self.stored}

    def add(self, outcome: ExecutionOutcome) -> None:
        if self.unavailable:
            raise StoreUnavailable("the outcomes cannot be written")
        self.stored.setdefault((outcome.order_id, outcome.epoch), outcome)
