"""A hot SKU behind the adapter, and what its tests see of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.stock.dynamodb_stock import DynamoDBStock
from lambdas.adapters.stock.dynamodb_stock_shards import IDLE_MS, StockShards
from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.domain.record.order import Order
from tests.adapters.store.contract import written
from tests.support import tables
from tests.support.builders import an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.occupied import occupied
from tests.support.stock_books import COUNTERS, settled, shard_problems

HOT = "HOT-SKU"
UNITS = 1_000
_TABLES = {"orders_table": tables.ORDERS, "inventory_table": tables.INVENTORY}


class Stock:
    """`counters` are the SKU's, wherever its units are; `item_counters` those of its item."""

    def __init__(self, dynamodb: Any, available: int = UNITS) -> None:
        self.client = dynamodb
        self.shards = StockShards(dynamodb, **_TABLES)
        self.start_process()
        tables.put_stock(dynamodb, HOT, available=available)

    def start_process(self, choose: Callable[[Sequence[int]], int] = min) -> None:
        """Replace the function's process: what it has learnt of busy SKUs is lost."""
        self.store = DynamoDBOrders(
            self.client, orders_table=tables.ORDERS, inventory_table=tables.INVENTORY
        )
        self.store._stock = DynamoDBStock(self.shards, **_TABLES, choose=choose)

    def occupied(self) -> AbstractContextManager[None]:
        """Keep the SKU's item occupied for the moves of orders: their transactions have more
        items than those that lend and settle.
        """
        return occupied(self.client, lambda key: key == (HOT,), smallest=3)

    def an_order(self) -> Order:
        order = an_order()
        tables.put_order(self.client, order)
        return order

    def hold(self, quantity: int = 1) -> Order:
        """Hold units for a new order."""
        return self.move(StockMovement.HOLD, self.an_order(), quantity)

    def move(self, movement: StockMovement, order: Order, quantity: int = 1) -> Order:
        return self.store.commit(written(order, StockMove(movement, HOT, quantity)))

    def close_idle(self) -> int:
        return self.shards.close_idle(NOW + IDLE_MS + 1)

    @property
    def item(self) -> dict[str, Any]:
        [found] = tables.records(self.client, tables.INVENTORY)
        return found

    @property
    def item_counters(self) -> list[int]:
        item = self.item
        return [item[counter] for counter in COUNTERS]

    @property
    def counters(self) -> list[int]:
        [found] = settled([self.item], self._orders())
        return [found[counter] for counter in COUNTERS]

    @property
    def problems(self) -> list[str]:
        return shard_problems([self.item], self._orders())

    def _orders(self) -> list[dict[str, Any]]:
        return tables.records(self.client, tables.ORDERS)
