"""Step Functions in memory: records starts and doorbells, and runs no states."""

from collections.abc import Mapping
from typing import Any

from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.executions import ExecutionReader, ExecutionStatus
from lambdas.domain.ports import WorkflowEngine
from lambdas.domain.record.order import Order


class FakeEngine(WorkflowEngine, ExecutionReader):
    """`started` lists the executions, `running` those that have not ended, `ended` the status of
    each of the others, all by name. `waiting` has the tokens of waiting executions. `histories` and
    `definitions` are by execution; `histories_read` counts the reads of histories.
    """

    def __init__(self) -> None:
        self.started: list[str] = []
        self.running: set[str] = set()
        self.ended: dict[str, ExecutionStatus] = {}
        self.waiting: set[str] = set()
        self.rung: list[str] = []
        self.extended: list[str] = []
        self.histories: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self.histories_read = 0
        self.definitions: dict[str, Mapping[str, Any]] = {}
        self.unavailable = False

    def start(self, order: Order) -> None:
        self._answer()
        if order.execution not in self.started:
            self.started.append(order.execution)
            self.running.add(order.execution)

    def ring(self, token: str) -> bool:
        """Use up the token. Returns whether an execution waited with it."""
        self._answer()
        self.rung.append(token)
        waited = token in self.waiting
        self.waiting.discard(token)
        return waited

    def extend_wait(self, token: str) -> bool:
        self._answer()
        self.extended.append(token)
        return token in self.waiting

    def status(self, order: Order) -> ExecutionStatus:
        self._answer()
        if order.execution in self.running:
            return ExecutionStatus.RUNNING
        return self.ended.get(order.execution, ExecutionStatus.UNKNOWN)

    def stop(self, order: Order) -> bool:
        self._answer()
        ran = order.execution in self.running
        if ran:
            self.end(order, ExecutionStatus.ABORTED)
        return ran

    def end(self, order: Order, status: ExecutionStatus) -> None:
        """Let the order's execution end; `unknown` is one that the engine lost."""
        self.running.discard(order.execution)
        self.ended[order.execution] = status

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, Any], ...]:
        self._answer()
        self.histories_read += 1
        return self.histories.get(f"{order.order_id}-{epoch}", ())

    def definition(self, order: Order) -> Mapping[str, Any] | None:
        self._answer()
        return self.definitions.get(order.execution)

    def running_by_version(self, limit: int) -> tuple[Mapping[str, int], bool]:
        """Return the number of running executions, all of version 1."""
        self._answer()
        return {"1": min(len(self.running), limit)}, len(self.running) > limit

    def _answer(self) -> None:
        if self.unavailable:
            raise EngineUnavailable("the engine is unavailable (set by the test)")
