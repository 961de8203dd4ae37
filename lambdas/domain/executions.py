"""What the engine tells about executions, to read; an adapter implements it, tests fake it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lambdas.domain.order import Order


class ExecutionReader(Protocol):
    """What Step Functions tells about executions. All raise EngineUnavailable."""

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, Any], ...]:
        """The history events of one of the order's executions, oldest first, as the engine
        tells them (with data and tokens: redact them); empty when it never began.
        """
        ...

    def definition(self, order: Order) -> Mapping[str, Any] | None:
        """The definition (ASL) that the order's own execution runs; None when it never began."""
        ...

    def running_by_version(self, limit: int) -> tuple[Mapping[str, int], bool]:
        """How many executions run on which published version of the definition, and whether
        there were more than `limit`, which are not counted.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionOutcome:
    """The classification of one execution of an order; instants in epoch milliseconds."""

    order_id: str
    epoch: int
    verdict: str
    reason: str
    started_at: int | None
    stopped_at: int | None


class OutcomeStore(Protocol):
    """Outcomes of executions that have ended. All methods raise StoreUnavailable."""

    def find(self, executions: Sequence[tuple[str, int]]) -> Mapping[str, ExecutionOutcome]:
        """The stored outcomes of at most 100 executions of different orders, given as
        (order id, epoch), by order id.
        """
        ...

    def add(self, outcome: ExecutionOutcome) -> None:
        """Store the outcome of an execution that has ended; the first one stays."""
        ...
