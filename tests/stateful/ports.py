"""Time, Step Functions and the payment provider as the machine rules them."""

from lambdas.domain.errors import (
    EngineUnavailable,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.ports import (
    Clock,
    ClosedPayment,
    ExecutionStatus,
    PaymentGateway,
    WorkflowEngine,
)
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from tests.simulation.engine import Engine
from tests.simulation.event_queue import EventQueue


class AgendaClock(Clock):
    """The present of the event_queue that the engine runs by."""

    def __init__(self, event_queue: EventQueue) -> None:
        self._event_queue = event_queue

    def now(self) -> int:
        return self._event_queue.now

    def sleep(self, seconds: float) -> None:
        raise AssertionError("one caller at a time: no call has to wait")


class RuledEngine(WorkflowEngine):
    """The simulator's engine behind the port; it can be unavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.unavailable = False

    def start(self, order: Order) -> None:
        self._answer()
        self._engine.start(order)

    def ring(self, token: str) -> bool:
        self._answer()
        return self._engine.ring(token)

    def extend_wait(self, token: str) -> bool:
        self._answer()
        return self._engine.extend_wait(token)

    def status(self, order: Order) -> ExecutionStatus:
        self._answer()
        return self._engine.status(order.execution)

    def stop(self, order: Order) -> bool:
        running = self.status(order) is ExecutionStatus.RUNNING
        self._engine.stop(order.execution)
        return running

    def _answer(self) -> None:
        if self.unavailable:
            raise EngineUnavailable("the engine is unavailable (set by the test)")


class RuledPayments(PaymentGateway):
    """A provider whose next answers, by payment key, are chosen from outside; else it approves."""

    def __init__(self, provider: PaymentGateway) -> None:
        self._provider = provider
        self.answers: dict[str, list[str]] = {}
        self.captured: set[str] = set()

    def charge(self, key: str, amount: Money, payment_method: str) -> Money:
        waiting = [] if key in self.captured else self.answers.get(key, [])
        answer = waiting.pop(0) if waiting else "approved"
        if answer == "declined":
            raise PaymentDeclined("the payment method was declined")
        if answer == "unavailable":
            raise ProviderUnavailable("the payment provider is unavailable")
        captured = self._provider.charge(key, amount, payment_method)
        self.captured.add(key)
        if answer == "lost":
            raise PaymentUnsettled("no answer in time")
        return captured

    def close(self, key: str) -> ClosedPayment:
        return self._provider.close(key)

    def refund(self, key: str, payment_key: str, amount_minor: int) -> None:
        self._provider.refund(key, payment_key, amount_minor)
