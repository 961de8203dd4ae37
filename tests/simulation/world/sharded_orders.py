"""The orders of a simulation whose stock is on shards: the adapter decides where units move.

Each of its reads and transactions crosses the fault boundary, so that other callers can act between
them. The simulation's store writes the order's record in the same transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambdas.adapters.dynamodb.errors import CONDITION_FAILED, store_errors
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.stock.dynamodb_stock import DynamoDBStock
from lambdas.adapters.stock.dynamodb_stock_shards import StockShards
from lambdas.domain.errors import InsufficientStock, OrderError
from lambdas.domain.ports import OrderStore
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from tests.simulation.world import ports
from tests.simulation.world.fault_boundary import FaultBoundary
from tests.simulation.world.stock_table import INVENTORY, ORDERS, cancelled

_TABLES = {"orders_table": ORDERS, "inventory_table": INVENTORY}


class StockClient(ports.BoundaryPort):
    """The DynamoDB client of one caller. `readings` has the available units of each SKU, with its
    shards, at each read of its item.
    """

    def __init__(self, boundary: FaultBoundary) -> None:
        super().__init__(boundary)
        self.readings: dict[str, list[int]] = {}

    def get_item(self, **request: Any) -> Any:
        def read() -> Any:
            if "sku" in request["Key"]:
                sku = request["Key"]["sku"]["S"]
                self.readings.setdefault(sku, []).append(self._world.stock_table.exact()[sku][0])
            return self._world.stock_table.get_item(**request)

        return self._cross("store.stock", read)

    def transact_write_items(self, TransactItems: Sequence[Any]) -> None:  # noqa: N803
        """The first part is a Change of an order, unless a shard gets or returns units."""
        parts = list(TransactItems)
        change = parts.pop(0) if isinstance(parts[0], Change) else None
        updates = [part["Update"] for part in parts]
        point = "store.commit" if change else "store.lend"
        if codes := self._cross(point, lambda: self._write(change, updates)):
            raise cancelled(codes)

    def get_paginator(self, operation: str) -> "StockClient":
        assert operation == "query"
        return self

    def paginate(self, **request: Any) -> Iterator[Any]:
        yield from self._cross(
            "store.open_shards", lambda: list(self._world.stock_table.paginate(**request))
        )

    def _write(self, change: Change | None, updates: Sequence[Mapping[str, Any]]) -> list[str]:
        """The codes of a cancelled transaction, or none."""
        world = self._world
        if change is not None and not world.store.is_current(change.before):
            return [CONDITION_FAILED, *["None"] * len(updates)]
        if codes := world.stock_table.write(updates):
            return codes if change is None else ["None", *codes]
        if change is not None:
            try:
                world.store.commit_as(self._boundary.epoch, change)
            except OrderError as error:
                world.defects.append(f"{change.before.order_id}: moved units, but {error!r}")
        world.defects += world.stock_table.problems(world.store.counters())
        return []


class ShardedOrders(DynamoDBOrders):
    """The orders table. `memory` has the busy SKUs that a function's process remembers."""

    def __init__(self, store: OrderStore, client: StockClient, memory: "Memory") -> None:
        any_client: Any = client
        super().__init__(any_client, orders_table=ORDERS, inventory_table=INVENTORY)
        self._store, self._requests = store, client
        choose = client._world.random.choice
        self._stock = DynamoDBStock(StockShards(any_client, **_TABLES), **_TABLES, choose=choose)
        self._stock._busy, self._stock._scarce = memory

    def get(self, order_id: str) -> Order:
        return self._store.get(order_id)

    def create(self, order: Order, events: Sequence[Event], key: Any) -> Order:
        return self._store.create(order, events, key)

    def find_by_key(self, key: Any) -> Order | None:
        return self._store.find_by_key(key)

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        return self._store.append_signal(order_id, signal, now)

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        return self._store.timeline(order_id)

    def commit(self, change: Change) -> Order:
        if not change.stock:
            return self._store.commit(change)
        self._requests.readings.clear()
        with store_errors(change.before.order_id):
            try:
                self._transact([change], change)
            except InsufficientStock:
                self._require_reason(change)
                raise
        return change.after

    def _require_reason(self, change: Change) -> None:
        """Check that a refused order met too few available units at some read."""
        readings = self._requests.readings
        if all(min(readings.get(m.sku, [m.quantity])) >= m.quantity for m in change.stock):
            self._requests._world.defects.append(
                f"{change.before.order_id}: refused in error, available were {readings}"
            )


Memory = tuple[dict[str, int], set[str]]
"""Busy SKUs with the number of moves that go to shards, and scarce SKUs."""


def shards_of(boundary: FaultBoundary) -> StockShards:
    """The shards, as the janitor's function has them."""
    client: Any = StockClient(boundary)
    return StockShards(client, **_TABLES)
