"""The real application on DynamoDB Local's tables; only time, engine and mail are fakes."""

import inspect
from dataclasses import replace
from typing import Any

from lambdas.activity_handler import Handler
from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.event_notes import timeline_of
from lambdas.adapters.orders.order_records import event_record
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import StoreConflict
from lambdas.domain.ports import Clock
from lambdas.domain.record.order import Order
from lambdas.domain.steps.start import IdempotencyKey
from lambdas.domain.task import Task
from lambdas.settings import Settings
from lambdas.ulid import new_ulid
from tests.support import tables
from tests.support.fakes.fake_clock import FakeClock
from tests.support.fakes.fake_engine import FakeEngine
from tests.support.fakes.fake_notifier import FakeNotifier, FakeOperationsQueue
from tests.support.invariants import problems, timeline_problems
from tests.support.requests import REQUEST
from tests.support.stock_books import settled, shard_problems

_SETTINGS = Settings(
    orders_table=tables.ORDERS,
    inventory_table=tables.INVENTORY,
    customers_table=tables.CUSTOMERS,
    payments_table=tables.PAYMENTS,
    payment_provider="sandbox",
)


ATTEMPTS = 1_000
"""More than the definition has: on a busy machine conflicts last longer."""


class Deployment:
    """`units` is the units by SKU at the start. Conflicts take no time without a real `clock`."""

    def __init__(self, client: Any, units: dict[str, int], clock: Clock | None = None) -> None:
        self.client, self.units = client, units
        self.deps = Dependencies(_SETTINGS)
        self.deps.__dict__["_dynamodb"] = client
        self.deps.clock, self.deps.engine = clock or FakeClock(), FakeEngine()
        self.deps.notifier, self.deps.operations = FakeNotifier(), FakeOperationsQueue()
        for sku, available in units.items():
            tables.put_stock(client, sku, available=available)
        customer = {"customer_id": "alice", "tier": "gold", "email": "a@example.com", "name": "A"}
        client.put_item(TableName=tables.CUSTOMERS, Item=to_item(customer))

    def place(self, **items: int) -> Order:
        """Place an order of alice's, e.g. `place(MUG_RED=2)`."""
        named = tuple((sku.replace("_", "-"), n) for sku, n in items.items())
        key = IdempotencyKey(principal="alice", key=new_ulid(), fingerprint="f")
        return self.deps.workflow.start(replace(REQUEST, items=named), key)[0]

    def run(self, activity: Handler, order: Order, token: str | None = None) -> Any:
        """Run an activity as the order's execution does; conflicts are retried."""
        step: Any = inspect.unwrap(activity)
        task = Task(order_id=order.order_id, epoch=order.epoch, token=token)
        for _ in range(ATTEMPTS):
            try:
                return step(task, self.deps)
            except StoreConflict:
                continue
        return step(task, self.deps)

    def now(self, order: Order) -> Order:
        """The order as it is stored."""
        return self.deps.store.get(order.order_id)

    def problems(self) -> list[str]:
        """Every broken invariant of what the tables hold."""
        found = tables.records(self.client, tables.ORDERS)
        metas = [one for one in found if one["sk"] == "META"]
        items = tables.records(self.client, tables.INVENTORY)
        books = tables.records(self.client, tables.PAYMENTS)
        wrong = problems(metas, settled(items, found), books, self.units)
        wrong += shard_problems(items, found)
        for meta in metas:
            mine = [one for one in found if one["pk"] == meta["pk"]]
            events = timeline_of(mine, is_complete=True)
            wrong += timeline_problems(meta, [event_record(meta["order_id"], e) for e in events])
        return wrong
