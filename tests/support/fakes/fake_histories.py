"""Exported histories and stored outcomes of executions, in memory."""

from collections.abc import Mapping, Sequence

from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import (
    ExecutionOutcome,
    HistoryArchive,
    OutcomeStore,
    Row,
    SweepPosition,
)


class FakeHistories(HistoryArchive, SweepPosition):
    """`unavailable` makes every call fail. `cursor` is the position of the sweep."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, int], tuple[Row, ...]] = {}
        self.cursor: str | None = None
        self.unavailable = False

    def find(self, order_id: str, epoch: int) -> tuple[Row, ...]:
        self._answer()
        return self.stored.get((order_id, epoch), ())

    def exists(self, order_id: str, epoch: int) -> bool:
        self._answer()
        return (order_id, epoch) in self.stored

    def add(self, order_id: str, epoch: int, rows: Sequence[Row]) -> bool:
        self._answer()
        return self.stored.setdefault((order_id, epoch), found := tuple(rows)) is found

    def read(self) -> str | None:
        return self.cursor

    def save(self, cursor: str | None) -> None:
        self.cursor = cursor

    def _answer(self) -> None:
        if self.unavailable:
            raise StoreUnavailable("the histories are unavailable (set by the test)")


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
