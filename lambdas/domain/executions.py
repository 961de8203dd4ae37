"""Executions: their status, and the ports that read them and store their outcomes. Adapters
implement them; tests use fakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from lambdas.domain.record.order import Order


class ExecutionStatus(StrEnum):
    """The status of an execution. `unknown`: it never began, or the engine lost it."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


class ExecutionReader(Protocol):
    """Reads executions from Step Functions. All methods raise EngineUnavailable."""

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, Any], ...]:
        """The history events of one of the order's executions, oldest first; empty if it never
        began. They contain payloads and task tokens: redact them.
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


Row = Mapping[str, Any]


class HistoryArchive(Protocol):
    """The exported histories of executions that have ended. All methods raise StoreUnavailable."""

    def find(self, order_id: str, epoch: int) -> tuple[Row, ...]:
        """The rows of an execution's history; empty if it was not exported."""
        ...

    def exists(self, order_id: str, epoch: int) -> bool:
        """Whether the execution's history was exported."""
        ...

    def add(self, order_id: str, epoch: int, rows: Sequence[Row]) -> bool:
        """Store the rows of an execution; the first ones stay. Returns whether these are stored."""
        ...


class SweepPosition(Protocol):
    """Where the sweep for missing exports continues. All methods raise StoreUnavailable."""

    def read(self) -> str | None:
        """The cursor of the list of orders; None: at its beginning."""
        ...

    def save(self, cursor: str | None) -> None:
        """Store the cursor."""
        ...
