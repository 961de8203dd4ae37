"""The simulated world, driven by a scenario instead of random events."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lambdas.dependencies import Dependencies
from lambdas.domain.errors import MailRejected
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.steps.start import IdempotencyKey
from lambdas.settings import Settings
from tests.engines.scenario import (
    REASON,
    STOCK,
    Act,
    Add,
    Approve,
    InjectedFault,
    Moment,
    Scenario,
    Step,
)
from tests.simulation.step_functions.engine import Done, Execution
from tests.simulation.step_functions.interpreter import StateFailed
from tests.simulation.world.fault_boundary import FaultBoundary
from tests.simulation.world.faults import Call, Fault
from tests.simulation.world.world import SimulatedWorld
from tests.support.requests import REQUEST

ORDER = "01KDVDNH000000000000000001"
PATIENCE_MS = 902_000
"""Slightly longer than the approval time."""


class ScriptedWorld(SimulatedWorld):
    """One order, short latencies, and an EventBridge rule that always reaches the janitor."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(seed=1, fault=self._fault, stopped=self._on_stop)
        self._failing = 2 if scenario.fault is InjectedFault.RECOMMENDATIONS else 0
        self._then = scenario.then
        self._signals = 0
        if scenario.fault is InjectedFault.MAIL:
            refusal = MailRejected("SES refused the mail: MessageRejected")
            self.notifier.failures.append(refusal)
        for sku, goods in STOCK.items():
            self.inventory.put(
                sku,
                available=goods.available,
                unit_price_minor=goods.price,
                related=goods.related,
            )
        self.store.units = {sku: goods.available for sku, goods in STOCK.items()}

    def latency(self) -> int:
        return 2

    def invoke(self, function: str, payload: Mapping[str, Any], done: Done) -> None:
        """Run the scenario's last step before UpdateOrderStatus, or after the first charge."""
        begin = super().invoke
        if self._is(Moment.CHARGED, function, "UpdateOrderStatus"):
            self._do_then(lambda: begin(function, payload, done))
        elif self._is(Moment.CHARGED_UNANSWERED, function, "ProcessPayment"):

            def answered(answer: Any, failure: StateFailed | None) -> None:
                self._do_then(lambda: done(answer, failure))

            begin(function, payload, answered)
        else:
            begin(function, payload, done)

    def place(self, scenario: Scenario) -> None:
        request = replace(
            REQUEST,
            payment_method=scenario.payment_method,
            version=scenario.version,
            items=scenario.items,
        )
        key = IdempotencyKey(principal="alice", key="first", fingerprint="f1")
        self.act("place", lambda deps: self.workflow(deps, ORDER).start(request, key))

    def take(self, step: Step, on_end: Callable[[], None] = lambda: None) -> None:
        match step:
            case Approve(revision):
                seen = revision or self.store.get(ORDER).revision
                self._send(on_end, SignalKind.APPROVE_PAYMENT, "approver1", revision=seen)
            case Add(sku, quantity):
                self._send(on_end, SignalKind.ADD_LINE_ITEM, "alice", sku=sku, quantity=quantity)
            case Act.CANCEL:
                self._send(on_end, SignalKind.CANCEL_ORDER, "alice", reason=REASON)
            case Act.DECLINE:
                self._send(on_end, SignalKind.DECLINE_PAYMENT, "approver1", reason=REASON)
            case Act.DEADLINE:
                self._let_pass(PATIENCE_MS)
            case Act.STOP:
                self.engine.stop(self.store.get(ORDER).execution)

    def settle(self) -> None:
        """Run until every execution waits for its token or has ended, and no actor is active."""
        while self.actors or not self.engine.all_wait:
            assert self.event_queue.step(), "no event is left"

    def _is(self, moment: Moment, function: str, wanted: str) -> bool:
        return self._then is not None and self._then[0] is moment and function == wanted

    def _do_then(self, afterwards: Callable[[], None]) -> None:
        assert self._then is not None
        (_, step), self._then = self._then, None
        self.take(step, afterwards)

    def _send(
        self, on_end: Callable[[], None], kind: SignalKind, actor: str, **fields: Any
    ) -> None:
        self._signals += 1
        signal_id = f"signal-{self._signals}"
        signal = Signal(signal_id=signal_id, kind=kind, actor=actor, at=0, **fields)
        self.act(
            kind.value,
            lambda deps: self.workflow(deps).signal(ORDER, signal),
            on_end=lambda raised: on_end(),
        )

    def _let_pass(self, milliseconds: int) -> None:
        over: list[bool] = []
        self.event_queue.after(milliseconds, lambda: over.append(True))
        while not over:
            self.event_queue.step()

    def _fault(self, call: Call) -> Fault | None:
        if call.function == "FetchRecommendations" and call.own == 0 and self._failing:
            self._failing -= 1
            return Fault.CRASH_BEFORE
        return None

    def _on_stop(self, execution: Execution) -> None:
        """The rule for execution status changes, which always reaches the janitor here."""
        name = execution.name
        self.act("stopped", lambda deps: self.janitor(deps).execution_stopped(ORDER, name))

    def _dependencies(self, boundary: FaultBoundary) -> Dependencies:
        deps = super()._dependencies(boundary)
        # No e-mails to approvers, and a payment fails after the first pause.
        deps.settings = Settings(payment_timeout_seconds=5)
        return deps
