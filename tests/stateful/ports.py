"""Time, Step Functions and the payment provider as the machine rules them."""

from lambdas.domain.errors import (
    EngineUnavailable,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    CaptureResult,
    Declined,
    Payment,
    PaymentGateway,
    PaymentRequest,
    RefundResult,
)
from lambdas.domain.ports import (
    Clock,
    ExecutionStatus,
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
    """A provider whose next answers to captures, by payment key, are chosen from outside; else it
    approves.
    """

    def __init__(self, provider: PaymentGateway) -> None:
        self._provider = provider
        self.answers: dict[str, list[str]] = {}
        self._keys: dict[str, str] = {}

    def prepare(self, request: PaymentRequest) -> str:
        reference = self._provider.prepare(request)
        self._keys[reference] = request.key
        return reference

    def capture(self, reference: str) -> CaptureResult:
        waiting = self.answers.get(self._keys[reference], [])
        answer = waiting.pop(0) if waiting else "approved"
        if answer == "declined":
            return Declined("the payment method was declined")
        if answer == "unavailable":
            raise ProviderUnavailable("the payment provider is unavailable")
        result = self._provider.capture(reference)
        if answer == "lost":
            raise PaymentUnsettled("no answer in time")
        return result

    def look_up(self, reference: str) -> Payment:
        return self._provider.look_up(reference)

    def void(self, reference: str) -> Payment:
        return self._provider.void(reference)

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        return self._provider.refund(refund_id, reference, amount)
