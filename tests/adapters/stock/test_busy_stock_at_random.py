"""Drawn moves of many orders on one SKU while items are occupied, answers are lost, processes are
replaced, shards are closed and old requests arrive again at any moment: every unit is kept, and
none is refused in error.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.domain.errors import InsufficientStock, StoreConflict, StoreUnavailable
from lambdas.domain.record.changes import StockMovement
from lambdas.domain.record.order import Order
from tests.adapters.stock.busy_stock import Stock
from tests.support import tables
from tests.support.faults import disarm, lose_answer
from tests.support.occupied import Key, is_stock, occupied
from tests.support.stock_books import COUNTERS, settled, shard_problems

STEPS = 30


class Sale:
    """`held` is what each waiting order holds, by its id."""

    def __init__(self, dynamodb: Any, seed: int) -> None:
        self.random = Random(seed)
        self.units = self.random.choice((40, 300, 2_000))
        self.stock = Stock(dynamodb, self.units)
        self.held: dict[str, tuple[Order, int]] = {}
        self.sold = 0
        self.occupancy = 0.0
        self.requests: list[dict[str, Any]] = []
        self.unwritten: dict[str, tuple[Order, StockMovement, int]] = {}

    def is_occupied(self, key: Key) -> bool:
        return is_stock(key) and self.random.random() < self.occupancy

    def disturb(self) -> None:
        """Change what the next move meets."""
        self.occupancy = self.random.choice((0.0, 0.3, 0.7))
        if self.random.random() < 0.1:
            self.stock.start_process(choose=self.random.choice)
        if self.random.random() < 0.1:
            self.stock.close_idle()
        if self.requests and self.random.random() < 0.3:
            self.repeat_an_old_request()
        if self.random.random() < 0.1:
            lose_answer(self.stock.client, "TransactWriteItems")

    def remember(self, params: dict[str, Any], **_: Any) -> None:
        """Keep a request, to let it arrive again."""
        self.requests.append({"TransactItems": params["TransactItems"]})

    def repeat_an_old_request(self) -> None:
        """What a function sent that was abandoned long ago. It may succeed: then as a whole."""
        with suppress(ClientError):
            self.stock.client.transact_write_items(**self.random.choice(self.requests))
        for order, movement, quantity in list(self.unwritten.values()):
            self._record(movement, order, quantity)

    def step(self) -> None:
        """One move, and what became of it."""
        movement = self.random.choice((StockMovement.HOLD, *StockMovement) if self.held else HOLDS)
        order, quantity = self._mover(movement)
        if order.order_id in self.unwritten:
            movement = self.unwritten[order.order_id][1]
        available = self.stock.counters[0]
        try:
            self.stock.move(movement, order, quantity)
        except InsufficientStock:
            assert available < quantity
        except (StoreConflict, StoreUnavailable):
            pass
        disarm()
        self.unwritten[order.order_id] = (order, movement, quantity)
        self._record(movement, order, quantity)

    def _mover(self, movement: StockMovement) -> tuple[Order, int]:
        if movement is not StockMovement.HOLD:
            return self.held[self.random.choice(sorted(self.held))]
        quantities = (1, 2, self.units // 7, self.units // 2)
        return self.stock.an_order(), self.random.choice(quantities)

    def _record(self, movement: StockMovement, order: Order, quantity: int) -> None:
        """Record a move if the order's record has it."""
        written = self.stock.store.get(order.order_id)
        if written.sequence == order.sequence:
            return
        del self.unwritten[order.order_id]
        self.held.pop(order.order_id, None)
        if movement is StockMovement.HOLD:
            self.held[order.order_id] = (written, quantity)
        self.sold += quantity if movement is StockMovement.SELL else 0

    def check(self) -> None:
        reserved = sum(quantity for _, quantity in self.held.values())
        item, orders = self.stock.item, tables.records(self.stock.client, tables.ORDERS)
        [exact] = settled([item], orders)
        counters = [exact[counter] for counter in COUNTERS]
        assert counters == [self.units - reserved - self.sold, reserved, self.sold]
        assert sum(item[counter] for counter in COUNTERS) == self.units
        assert shard_problems([item], orders) == []


HOLDS = (StockMovement.HOLD,)
_SENT = "provide-client-params.dynamodb.TransactWriteItems"


@contextmanager
def remembered(client: Any, sale: Sale) -> Iterator[None]:
    client.meta.events.register(_SENT, sale.remember)
    try:
        yield
    finally:
        client.meta.events.unregister(_SENT, sale.remember)


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.proof) for n in (1, 2))])
def test_every_unit_is_kept_and_none_is_refused_in_error(dynamodb: Any, seed: int) -> None:
    sale = Sale(dynamodb, seed)
    with occupied(dynamodb, sale.is_occupied), remembered(dynamodb, sale):
        for _ in range(STEPS):
            sale.disturb()
            sale.step()
            sale.check()

    sale.stock.close_idle()
    assert sale.stock.item_counters == sale.stock.counters
