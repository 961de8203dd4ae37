"""The environment of an activity in memory: fakes as dependencies, and checks of the invariants."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lambdas.activities.inventory import release_stock
from lambdas.activities.order_status import close_order
from lambdas.activities.payment import refund_payment
from lambdas.activity_handler import Handler
from lambdas.adapters.orders.order_records import event_record, to_record
from lambdas.dependencies import Dependencies
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.domain.steps.payment import payment_request
from lambdas.domain.task import Task
from lambdas.services.order_writer import OrderWriter
from lambdas.settings import Settings
from lambdas.telemetry import note_order
from tests.support.builders import a_customer, a_signal, an_order
from tests.support.fakes.fake_clock import FakeClock
from tests.support.fakes.fake_directories import FakeCustomers, FakeInventory
from tests.support.fakes.fake_engine import FakeEngine
from tests.support.fakes.fake_events import FakeEvents
from tests.support.fakes.fake_histories import FakeHistories, FakeOutcomes
from tests.support.fakes.fake_notifier import FakeNotifier, FakeOperationsQueue
from tests.support.fakes.fake_payments import FakePayments, as_records
from tests.support.fakes.fake_warehouse import FakeWarehouse
from tests.support.invariants import problems, timeline_problems
from tests.support.telemetry import discard_metrics
from tests.support.watched_store import WatchedOrders

TOKEN = "token-of-the-first-wait"
APPROVERS = "approvers@example.com"
CONSOLE = "https://orders.example.com/console"
SETTINGS = Settings(sign_in_url="https://id.example.com", user_pool_client_id="client-1")


def one_after_the_other(work: Callable[[str], Any], items: Sequence[str]) -> list[Any]:
    """In place of threads: fakes are not made for those."""
    return [work(item) for item in items]


class World:
    """The environment of a new Lambda function. `units` counts all units that were ever stocked."""

    def __init__(self) -> None:
        discard_metrics()
        self.clock = FakeClock()
        self.inventory = FakeInventory()
        self.warehouse = FakeWarehouse(self.inventory)
        self.store = WatchedOrders(self.inventory)
        self.customers = FakeCustomers([a_customer("alice"), a_customer("bob", "standard")])
        self.payments = FakePayments(self.clock)
        self.notifier = FakeNotifier()
        self.operations = FakeOperationsQueue()
        self.engine = FakeEngine()
        self.outcomes = FakeOutcomes()
        self.histories = FakeHistories()
        self.events = FakeEvents()
        self.units: dict[str, int] = {}
        self.deps = self._dependencies(SETTINGS)
        self.stock("MUG-RED", available=10, unit_price_minor=800)

    def stock(self, sku: str, *, available: int, **details: Any) -> None:
        """Set the stock of a SKU; replaces an existing one."""
        self.inventory.put(sku, available=available, **details)
        self.units[sku] = available + details.get("held", 0)

    def place(self, stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
        """Store an order at a stage, with its stock, payment and execution."""
        order = an_order(stage, **changes)
        for line in order.items:
            self._record_units(order, line.sku, line.quantity)
        if order.charged:
            amount = order.ledger["pay"].amount_minor or 0
            key = f"pay:{order.order_id}"
            reference = self.payments.charge(key, Money(amount, order.currency))
            paid = replace(order.ledger["pay"], reference=reference)
            order = order.with_effect("pay", paid)
        self.store.put(order)
        self.engine.running.add(order.execution)
        return order

    def prepare_payment(self, order: Order) -> Order:
        """The order after an attempt that prepared its payment and went no further."""
        reference = self.payments.prepare(payment_request(order))
        self.payments.calls.clear()
        paid = replace(order.ledger["pay"], reference=reference)
        self.store.put(order.with_effect("pay", paid))
        return self.now(order)

    def ask_by_mail(self) -> None:
        """Turn e-mails to approvers on."""
        self.deps.settings = self.deps.settings._replace(
            approver_email=APPROVERS, console_url=CONSOLE
        )

    def run(self, activity: Handler, order: Order, **task: Any) -> Any:
        """Run an activity without its error handling; by default in the order's own execution."""
        step: Any = activity.__wrapped__  # type: ignore[attr-defined]
        return step(Task(**{"order_id": order.order_id, "epoch": order.epoch, **task}), self.deps)

    def compensate(self, order: Order, **task: Any) -> Any:
        """Refund, release and close the order, without the e-mail; returns the last answer."""
        for activity in (refund_payment, release_stock):
            self.run(activity, order, **task)
        return self.run(close_order, order, **task)

    def accept(self, order: Order, signal: Signal) -> Signal:
        """Accept a signal as the API does, without ringing the doorbell."""
        _, appended = self.store.append_signal(order.order_id, signal, self.clock.now())
        assert appended
        return signal

    def cancel(self, order: Order) -> Signal:
        """Accept a cancel."""
        return self.accept(order, a_signal(SignalKind.CANCEL_ORDER))

    def another_write(self, order: Order) -> None:
        """A write of another writer, possible at any time: here, an approver's heartbeat."""
        current = self.store.get(order.order_id)
        self.store.put(
            replace(current, sequence=current.sequence + 1, last_heartbeat_at=self.clock.now())
        )

    def now(self, order: Order) -> Order:
        """The stored order."""
        return self.store.get(order.order_id)

    def reads(self, act: Callable[[], object]) -> int:
        """How often `act` reads an order."""
        before = self.store.reads
        act()
        return self.store.reads - before

    def problems(self) -> list[str]:
        """Every broken invariant of orders, stock and payments."""
        orders = list(self.store.page(stage=None, customer_id=None, limit=999, cursor=None).orders)
        metas = [to_record(order) for order in orders]
        found = problems(metas, self._stock_records(), as_records(self.payments), self.units)
        for order, meta in zip(orders, metas, strict=True):
            events = self.store.timeline(order.order_id)
            records = [event_record(order.order_id, event) for event in events]
            found += timeline_problems(meta, records)
        return found

    def _stock_records(self) -> list[dict[str, Any]]:
        return [
            {"sku": sku, "available": item.available, "held": item.held, "sold": item.sold}
            for sku, item in self.inventory.by_sku.items()
        ]

    def _record_units(self, order: Order, sku: str, quantity: int) -> None:
        if sku not in self.inventory.by_sku:
            self.stock(sku, available=100, unit_price_minor=1250)
        item = self.inventory.by_sku[sku]
        if order.reserved:
            place = "sold" if order.stage is Stage.COMPLETED else "held"
            item.available -= quantity
            setattr(item, place, getattr(item, place) + quantity)
        assert order.stage not in ENDS - {Stage.COMPLETED} or not order.reserved

    def _dependencies(self, settings: Settings) -> Dependencies:
        deps = Dependencies(settings)
        deps.clock, deps.store, deps.index = self.clock, self.store, self.store
        deps.orders = OrderWriter(self.store, self.clock, jitter=lambda: 0.0, observe=note_order)
        deps.catalogue, deps.customers = self.inventory, self.customers
        deps.stock_shards, deps.warehouse = self.inventory, self.warehouse
        deps.payments, deps.notifier = self.payments, self.notifier
        deps.call_each = one_after_the_other
        deps.operations, deps.engine = self.operations, self.engine
        deps.executions, deps.outcomes = self.engine, self.outcomes
        deps.histories = deps.sweep_position = self.histories
        deps.event_bus = deps.event_log = deps.event_subscriber = self.events
        return deps
