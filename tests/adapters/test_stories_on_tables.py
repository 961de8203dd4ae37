"""Whole orders through the real adapters, then the invariants over what boto3 reads."""

import inspect
from collections.abc import Iterable
from functools import cache
from typing import Any

import boto3
import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.enrichment import (
    fetch_customer_profile,
    fetch_inventory_snapshot,
    fetch_recommendations,
)
from lambdas.activities.inventory import release_stock, reserve_stock
from lambdas.activities.notification import send_cancellation_email, send_order_confirmation
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.activity_handler import Handler
from lambdas.adapters.attribute_values import to_item
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import OrderError, StoreUnavailable
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.steps.start import StartRequest
from lambdas.domain.task import Task
from lambdas.settings import Settings
from tests.support import tables
from tests.support.builders import a_key, a_signal
from tests.support.fake_clock import FakeClock
from tests.support.fake_engine import FakeEngine
from tests.support.fake_notifier import FakeNotifier, FakeOperationsDesk
from tests.support.faults import lose_answer
from tests.support.invariants import problems, timeline_problems

ENRICHMENT = (fetch_inventory_snapshot, fetch_customer_profile, fetch_recommendations)
PURCHASE = (apply_signals, process_payment, update_order_status, send_order_confirmation)
COMPENSATION = (refund_payment, release_stock, send_cancellation_email, close_order)
UNITS = {"MUG-RED": 10, "COFFEE-1KG": 5}


class Deployment:
    """Dependencies on moto's tables; only clock, engine and mail are fakes."""

    def __init__(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = client
        self.deps = Dependencies(
            Settings(
                orders_table=tables.ORDERS,
                inventory_table=tables.INVENTORY,
                customers_table=tables.CUSTOMERS,
                payments_table=tables.PAYMENTS,
                payment_provider="sandbox",
            )
        )
        monkeypatch.setattr(self.deps, "_dynamodb", client)
        self.deps.clock, self.deps.engine = FakeClock(), FakeEngine()
        self.notifier, self.deps.operations = FakeNotifier(), FakeOperationsDesk()
        self.deps.notifier = self.notifier
        for sku, units in UNITS.items():
            tables.put_stock(client, sku, available=units, unit_price_minor=500)
        alice = {"customer_id": "alice", "tier": "gold", "email": "alice@example.com"}
        client.put_item(TableName=tables.CUSTOMERS, Item=to_item(alice))

    def start(self, payment_method: str = "pm_ok", **items: int) -> Order:
        request = StartRequest(
            customer_id="alice",
            requested_by="alice",
            payment_method=payment_method,
            version="v2",
            items=tuple((sku.replace("_", "-"), n) for sku, n in items.items()),
        )
        order, new = self.deps.workflow.start(request, a_key())
        assert new
        return order

    def run(self, order: Order, activities: Iterable[Handler], **task: Any) -> None:
        """Each activity with two retries, as the state machine would."""
        for activity in activities:
            step: Any = inspect.unwrap(activity)
            epoch = self.deps.store.get(order.order_id).epoch
            for attempt in (1, 2, 3):
                try:
                    step(Task(order_id=order.order_id, epoch=epoch, **task), self.deps)
                    break
                except OrderError:
                    if attempt == 3:
                        raise

    def signal(self, order: Order, kind: SignalKind, **changes: Any) -> Signal:
        """Send a signal as a caller does who repeats it until there is an answer."""
        signal = a_signal(kind, **changes)
        try:
            self.deps.workflow.signal(order.order_id, signal)
        except StoreUnavailable:
            self.deps.workflow.signal(order.order_id, signal)
        return signal

    def meta(self, order: Order) -> dict[str, Any]:
        key = f"ORDER#{order.order_id}", "META"
        [found] = [item for item in self._read(tables.ORDERS) if (item["pk"], item["sk"]) == key]
        return found

    def problems(self) -> list[str]:
        """The tables as boto3 returns them: numbers are Decimals."""
        items = self._read(tables.ORDERS)
        metas = [item for item in items if item["sk"] == "META"]
        found = problems(metas, self._read(tables.INVENTORY), self._read(tables.PAYMENTS), UNITS)
        for meta in metas:
            events = [i for i in items if i["pk"] == meta["pk"] and i["sk"].startswith("EVENT#")]
            found += timeline_problems(meta, sorted(events, key=lambda event: event["sk"]))
        return found

    def _read(self, table: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = _boto3().Table(table).scan()["Items"]
        return items


@cache
def _boto3() -> Any:
    return boto3.resource("dynamodb")


@pytest.fixture
def deployment(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment(dynamodb, monkeypatch)


def test_an_approved_order_is_paid_and_completed(deployment: Deployment) -> None:
    order = deployment.start(MUG_RED=2)
    deployment.run(order, [*ENRICHMENT, reserve_stock, await_signal], token="T")
    deployment.signal(order, SignalKind.ADD_LINE_ITEM, sku="COFFEE-1KG", quantity=1)
    deployment.signal(order, SignalKind.APPROVE_PAYMENT, revision=2)

    deployment.run(order, PURCHASE)

    meta = deployment.meta(order)
    assert (meta["stage"], meta["total"]) == ("completed", 1500)
    assert len(deployment.notifier.sent) == 1
    assert deployment.problems() == []


@pytest.mark.parametrize("method", ["pm_ok", "pm_slow", "pm_flaky_2", "pm_refund_fails_2"])
def test_an_order_that_is_cancelled_while_it_pays_is_repaid(
    deployment: Deployment, method: str
) -> None:
    order = deployment.start(method, MUG_RED=2)
    deployment.run(order, [*ENRICHMENT, reserve_stock])
    deployment.signal(order, SignalKind.APPROVE_PAYMENT)
    deployment.run(order, [apply_signals, process_payment])
    deployment.signal(order, SignalKind.CANCEL_ORDER)

    deployment.run(order, COMPENSATION)

    assert deployment.meta(order)["stage"] == "cancelled"
    assert deployment.problems() == []


def test_a_declined_order_gives_its_stock_back(deployment: Deployment) -> None:
    order = deployment.start("pm_declined", MUG_RED=2)
    deployment.run(order, [*ENRICHMENT, reserve_stock])
    deployment.signal(order, SignalKind.APPROVE_PAYMENT)
    deployment.run(order, [apply_signals])
    with pytest.raises(OrderError):
        deployment.run(order, [process_payment])

    deployment.run(order, COMPENSATION, failure="PaymentDeclined: the payment method was declined")

    meta = deployment.meta(order)
    assert meta["stage"] == "failed"
    assert meta["last_error"] == "PaymentDeclined: the payment method was declined"
    assert deployment.problems() == []


def test_a_takeover_finishes_what_a_lost_execution_left(deployment: Deployment) -> None:
    order = deployment.start(MUG_RED=2)
    deployment.run(order, [*ENRICHMENT, reserve_stock])

    assert deployment.deps.janitor.reconcile(order.order_id) == "running"
    deployment.deps.engine.stop(order)
    assert deployment.deps.janitor.reconcile(order.order_id) == "taken-over"
    deployment.run(order, COMPENSATION)

    assert deployment.meta(order)["stage"] == "failed"
    assert deployment.problems() == []


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem", "PutItem"])
@pytest.mark.parametrize("number", range(6))
def test_no_lost_answer_costs_a_unit_or_a_cent(
    deployment: Deployment, operation: str, number: int
) -> None:
    order = deployment.start(MUG_RED=2)
    todo = [*ENRICHMENT[:2], reserve_stock, *PURCHASE[:-1]]
    for i, activity in enumerate(todo):
        if activity is apply_signals:
            deployment.signal(order, SignalKind.APPROVE_PAYMENT)
        if i == number:
            lose_answer(deployment.client, operation)
        deployment.run(order, [activity])

    assert deployment.meta(order)["stage"] == "completed"
    assert deployment.problems() == []
