"""The application's interface for callers; the test decides when each function runs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lambdas.domain.errors import OrderError
from lambdas.domain.ports import IdempotencyKey
from lambdas.domain.record.signals import Signal
from lambdas.domain.steps.start import StartRequest
from lambdas.domain.task import Task
from lambdas.janitor import Janitor
from lambdas.order_writer import OrderWriter
from lambdas.workflow import OrderWorkflow
from tests.simulation.activities import STEPS
from tests.simulation.definition import order_workflow
from tests.simulation.deployments import deployed
from tests.simulation.engine import Done, Engine
from tests.simulation.event_queue import EventQueue
from tests.simulation.interpreter import StateFailed
from tests.stateful.environments import InMemory
from tests.stateful.ports import AgendaClock, RuledEngine, RuledPayments
from tests.support.world import one_after_the_other

AT_ONCE_MS = 10
"""Entries due within this time belong to their cause."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A function that an execution waits for."""

    function: str
    task: Task
    done: Done


class Surface:
    """`asked` holds the pending calls, oldest first."""

    def __init__(self, around: InMemory) -> None:
        self.around, self.deps = around, around.deps
        self.event_queue = EventQueue()
        self.asked: list[Asked] = []
        self.version = "v2"
        self.engine = Engine(
            self.event_queue, order_workflow(), lambda: 0.0, self._ask, lambda execution: None
        )
        self.ruled = RuledEngine(self.engine)
        self.payments = RuledPayments(self.deps.payments)
        self.deps.clock, self.deps.engine = AgendaClock(self.event_queue), self.ruled
        self.deps.payments = self.payments
        self.deps.spread = one_after_the_other
        self.deps.orders = OrderWriter(self.deps.store, self.deps.clock, jitter=lambda: 0.0)
        self._orders = self._deployments = 0

    @property
    def now(self) -> int:
        return self.event_queue.now

    @property
    def workflow(self) -> OrderWorkflow:
        return replace(self.deps.workflow, new_id=self._new_id, report=lambda error: None)

    @property
    def janitor(self) -> Janitor:
        return replace(self.deps.janitor, report=_refuse)

    @property
    def next_id(self) -> str:
        """The id that the next new order will have."""
        return f"01KDVDNH00{self._orders + 1:016d}"

    def start(self, key: str, lines: Mapping[str, int]) -> str:
        """The id of the order."""
        request = StartRequest(
            customer_id="alice",
            requested_by="alice",
            payment_method="pm_ok",
            version=self.version,
            items=tuple(lines.items()),
        )
        named = IdempotencyKey(principal="alice", key=key, fingerprint=str(sorted(lines.items())))
        return self.workflow.start(request, named)[0].order_id

    def signal(self, order_id: str, signal: Signal) -> None:
        self.workflow.signal(order_id, signal)

    def deploy(self, version: str) -> None:
        """A new definition for new executions; those that run keep theirs."""
        self._deployments += 1
        self.engine.machine = deployed(order_workflow(), self._deployments)
        self.version = version

    def answer(self, request: Callable[[], object], *, engine: bool = True) -> str | None:
        """None, or the name of the refusal. Without its `engine`, callers must not notice."""
        self.ruled.unavailable = not engine
        try:
            request()
        except OrderError as refusal:
            return type(refusal).__name__
        finally:
            self.ruled.unavailable = False
            self.settle()
        return None

    def settle(self) -> None:
        """Let happen what is due at once."""
        while not self.event_queue.pass_quietly(AT_ONCE_MS):
            self.event_queue.step()

    def pass_until(self, instant: int) -> bool:
        """Let time pass until functions are asked for (True), or until the instant."""
        while not self.asked and self.now < instant:
            if not self.event_queue.pass_quietly(instant - self.now):
                self.event_queue.step()
        return bool(self.asked)

    def run(self, asked: Asked) -> None:
        """Run a function, as Lambda does, and answer the execution."""
        self.asked.remove(asked)
        answer: Mapping[str, Any] = {}
        failure: StateFailed | None = None
        try:
            answer = STEPS[asked.function](asked.task, self.deps) or {}
        except OrderError as error:
            cause = {"errorType": type(error).__name__, "errorMessage": error.message}
            failure = StateFailed(type(error).__name__, json.dumps(cause))
        asked.done(json.loads(json.dumps(answer)), failure)
        self.settle()

    def _ask(self, function: str, payload: Mapping[str, Any], done: Done) -> None:
        self.asked.append(Asked(function, Task.parse(payload), done))

    def _new_id(self) -> str:
        # A draft takes an id even when it comes to nothing.
        self._orders += 1
        return f"01KDVDNH00{self._orders:016d}"


def _refuse(order_id: str, error: Exception) -> None:
    raise AssertionError(f"the janitor could not reconcile {order_id}") from error
