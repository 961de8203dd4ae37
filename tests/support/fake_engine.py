"""Step Functions in memory: it remembers what was started and rung, and runs nothing."""

from collections.abc import Mapping

from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.order import Order
from lambdas.domain.ports import WorkflowEngine


class FakeEngine(WorkflowEngine):
    """`started` names each execution once, `running` those that still run, `waiting` holds the
    tokens that somebody waits with; `histories` is what it tells about an execution.
    """

    def __init__(self) -> None:
        self.started: list[str] = []
        self.running: set[str] = set()
        self.waiting: set[str] = set()
        self.rung: list[str] = []
        self.extended: list[str] = []
        self.histories: dict[str, tuple[Mapping[str, object], ...]] = {}
        self.unavailable = False

    def start(self, order: Order) -> None:
        self._answer()
        if order.execution not in self.started:
            self.started.append(order.execution)
            self.running.add(order.execution)

    def ring(self, token: str) -> bool:
        """A token that was rung is spent: nobody waits with it any more."""
        self._answer()
        self.rung.append(token)
        somebody = token in self.waiting
        self.waiting.discard(token)
        return somebody

    def extend_wait(self, token: str) -> bool:
        self._answer()
        self.extended.append(token)
        return token in self.waiting

    def is_running(self, order: Order) -> bool:
        self._answer()
        return order.execution in self.running

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, object], ...]:
        self._answer()
        return self.histories.get(f"{order.order_id}-{epoch}", ())

    def stop(self, execution: str) -> None:
        """End an execution as StopExecution does: no code of it runs any more."""
        self.running.discard(execution)

    def _answer(self) -> None:
        if self.unavailable:
            raise EngineUnavailable("the engine was told to be unavailable")
