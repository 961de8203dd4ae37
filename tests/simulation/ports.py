"""The ports as an actor holds them: every method is one crossing of the boundary."""

from collections.abc import Iterator, Mapping, Sequence

from lambdas.domain.payment_differences import Difference
from lambdas.domain.payments import (
    CaptureResult,
    Payment,
    PaymentGateway,
    PaymentRequest,
    RefundResult,
)
from lambdas.domain.ports import (
    Catalogue,
    CataloguePage,
    Clock,
    Count,
    Customer,
    CustomerDirectory,
    ExecutionStatus,
    IdempotencyKey,
    MailTags,
    Notifier,
    OpenVersions,
    OperationsQueue,
    OrderIndex,
    OrderStore,
    Overdue,
    Page,
    StockLevel,
    WorkflowEngine,
)
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.stages import Stage
from lambdas.domain.reservations import Reservation, Reservations
from tests.simulation.fault_boundary import FaultBoundary


class Crossing:
    """A port's real side lies across the boundary."""

    def __init__(self, boundary: FaultBoundary) -> None:
        self._border = boundary
        self._cross = boundary.cross
        self._world = boundary.world


class SkewedClock(Crossing, Clock):
    """The clock of one process: a few seconds wrong, but always by as much."""

    def now(self) -> int:
        return self._world.event_queue.now + self._border.skew_ms

    def sleep(self, seconds: float) -> None:
        self._border.actor.pause(int(seconds * 1000))


class Store(Crossing, OrderStore, OrderIndex):
    """The orders table."""

    def get(self, order_id: str) -> Order:
        return self._cross("store.get", lambda: self._world.store.get(order_id))

    def create(self, order: Order, events: Sequence[Event], key: IdempotencyKey) -> Order:
        return self._cross("store.create", lambda: self._world.store.create(order, events, key))

    def made_before(self, key: IdempotencyKey) -> Order | None:
        return self._cross("store.made_before", lambda: self._world.store.made_before(key))

    def commit(self, change: Change) -> Order:
        epoch = self._border.epoch
        return self._cross("store.commit", lambda: self._world.store.commit_as(epoch, change))

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        append = self._world.store.append_signal
        return self._cross("store.append_signal", lambda: append(order_id, signal, now))

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        return self._cross("store.timeline", lambda: self._world.store.timeline(order_id))

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        raise NotImplementedError("no caller lists orders in a simulation")

    def with_problem(self, problem: PaymentProblem, *, limit: int, cursor: str | None) -> Page:
        raise NotImplementedError("no actor lists orders in a simulation")

    def counts(self, *, customer_id: str | None, at_most: int) -> Mapping[Stage, Count]:
        raise NotImplementedError("no actor counts orders in a simulation")

    def open_versions(self, *, at_most: int) -> OpenVersions:
        raise NotImplementedError("no actor counts versions in a simulation")

    def due(self, now: int, limit: int) -> Overdue:
        return self._cross("index.due", lambda: self._world.store.due(now, limit))

    def postpone(self, order_id: str, now: int, *, back_off: bool) -> None:
        postpone = self._world.store.postpone
        self._cross("index.postpone", lambda: postpone(order_id, now, back_off=back_off))


class Shelves(Crossing, Catalogue):
    """The inventory table."""

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        return self._cross("catalogue.stock", lambda: self._world.inventory.stock(skus))

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        raise NotImplementedError("no actor lists products in a simulation")


class ReservedUnits(Crossing, Reservations):
    """The reservations of another service."""

    def put(self, wanted: Reservation) -> Reservation:
        put = self._world.reservations.put
        return self._cross("reservations.put", lambda: put(wanted))

    def find(self, order_id: str) -> Reservation | None:
        find = self._world.reservations.find
        return self._cross("reservations.find", lambda: find(order_id))


class Customers(Crossing, CustomerDirectory):
    """The customers table."""

    def find(self, customer_id: str) -> Customer | None:
        return self._cross("customers.find", lambda: self._world.customers.find(customer_id))

    def save(self, customer: Customer) -> None:
        raise NotImplementedError("no actor changes customers in a simulation")


class Payments(Crossing, PaymentGateway):
    """The provider."""

    def prepare(self, request: PaymentRequest) -> str:
        prepare = self._world.payments.prepare
        return self._cross("payments.prepare", lambda: prepare(request))

    def capture(self, reference: str) -> CaptureResult:
        capture = self._world.payments.capture
        return self._cross("payments.capture", lambda: capture(reference))

    def look_up(self, reference: str) -> Payment:
        look_up = self._world.payments.look_up
        return self._cross("payments.look_up", lambda: look_up(reference))

    def void(self, reference: str) -> Payment:
        return self._cross("payments.void", lambda: self._world.payments.void(reference))

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        refund = self._world.payments.refund
        return self._cross("payments.refund", lambda: refund(refund_id, reference, amount))

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        raise NotImplementedError("no actor compares payments in a simulation")


class Mails(Crossing, Notifier):
    """The mail service."""

    def suppression(self, address: str) -> str | None:
        suppression = self._world.notifier.suppression
        return self._cross("notifier.suppression", lambda: suppression(address))

    def send(self, address: str, subject: str, text: str, html: str, tags: MailTags) -> None:
        send = self._world.notifier.send
        self._cross("notifier.send", lambda: send(address, subject, text, html, tags))


class Desk(Crossing, OperationsQueue):
    """The operations queue."""

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        report = self._world.operations.report_stuck
        self._cross("operations.report_stuck", lambda: report(order, effects))

    def report_payment(self, order: Order, problem: str, amount_minor: int) -> None:
        report = self._world.operations.report_payment
        self._cross("operations.report_payment", lambda: report(order, problem, amount_minor))

    def report_difference(self, difference: Difference) -> None:
        raise NotImplementedError("no actor compares payments in a simulation")

    def report_takeovers(self, order: Order) -> None:
        report = self._world.operations.report_takeovers
        self._cross("operations.report_takeovers", lambda: report(order))


class Executions(Crossing, WorkflowEngine):
    """Step Functions."""

    def start(self, order: Order) -> None:
        self._cross("engine.start", lambda: self._world.engine.start(order))

    def ring(self, token: str) -> bool:
        return self._cross("engine.ring", lambda: self._world.engine.ring(token))

    def extend_wait(self, token: str) -> bool:
        return self._cross("engine.extend_wait", lambda: self._world.engine.extend_wait(token))

    def status(self, order: Order) -> ExecutionStatus:
        engine = self._world.engine
        return self._cross("engine.status", lambda: engine.status(order.execution))

    def stop(self, order: Order) -> bool:
        raise NotImplementedError("a schedule stops executions from outside")
