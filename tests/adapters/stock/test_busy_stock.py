"""A SKU that is too busy for one item: its stock is moved on shards, and every unit is kept."""

from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.adapters.stock import dynamodb_stock_expressions as expressions
from lambdas.adapters.stock.dynamodb_stock import BUSY_MOVES
from lambdas.adapters.stock.dynamodb_stock_shards import (
    IDLE_MS,
    LARGEST_LEASE,
    SHARDS,
    SMALLEST_LEASE,
    lendable,
)
from lambdas.domain.errors import InsufficientStock, StoreConflict
from lambdas.domain.record.changes import StockMovement
from tests.adapters.stock.busy_stock import HOT, UNITS, Stock
from tests.support import tables
from tests.support.fakes.fake_clock import NOW
from tests.support.occupied import Key, is_stock, occupied
from tests.support.raising import raises


@pytest.fixture
def stock(dynamodb: Any) -> Stock:
    return Stock(dynamodb)


def watched(stock: Stock, written: list[Key]) -> AbstractContextManager[None]:
    """Note the keys that orders write."""

    def note(key: Key) -> bool:
        written.append(key)
        return False

    return occupied(stock.client, note, smallest=3)


def test_an_order_that_finds_the_item_occupied_holds_on_a_shard(stock: Stock) -> None:
    with stock.occupied():
        stock.hold(2)

    assert stock.counters == [UNITS - 2, 2, 0]
    assert stock.item["available"] == UNITS - UNITS // (2 * SHARDS)
    assert len(stock.item["shards"]) == 1


def test_the_counters_of_the_item_always_add_up_to_all_units(stock: Stock) -> None:
    with stock.occupied():
        order = stock.hold()
        assert sum(stock.item_counters) == UNITS

        stock.move(StockMovement.SELL, order)
        assert sum(stock.item_counters) == UNITS


@pytest.mark.parametrize("movement", [StockMovement.SELL, StockMovement.RELEASE])
@pytest.mark.parametrize("same", [True, False], ids=["on the shard", "on the item"])
def test_units_held_on_a_shard_are_sold_or_released(
    stock: Stock, movement: StockMovement, same: bool
) -> None:
    with stock.occupied():
        orders = [stock.hold() for _ in range(4)]
        for order in orders if same else ():
            stock.move(movement, order)
    stock.start_process()
    for order in () if same else orders:
        stock.move(movement, order)

    sold = 4 if movement is StockMovement.SELL else 0
    assert stock.counters == [UNITS - sold, 0, sold]
    assert stock.problems == []


def test_an_idle_shard_is_settled_with_the_item(stock: Stock) -> None:
    with stock.occupied():
        waiting, other = stock.hold(), stock.hold()
        stock.move(StockMovement.SELL, other)

    assert stock.shards.close_idle(NOW + IDLE_MS) == 0
    assert stock.close_idle() >= 1

    assert stock.item_counters == [UNITS - 2, 1, 1]
    assert "shards" not in stock.item
    stock.start_process()
    stock.move(StockMovement.SELL, waiting)
    assert stock.item_counters == [UNITS - 2, 0, 2]


def test_a_closed_shard_opens_again(stock: Stock) -> None:
    with stock.occupied():
        stock.hold()
        stock.close_idle()
        stock.start_process()
        stock.hold()

    assert stock.counters == [UNITS - 2, 2, 0]
    assert stock.problems == []


def test_units_on_shards_are_collected_before_an_order_is_refused(stock: Stock) -> None:
    with stock.occupied():
        stock.hold(7)
    stock.start_process()
    for quantity in (300, 300, 300, 90, 3):
        stock.hold(quantity)

    assert stock.counters == [0, UNITS, 0]
    order = stock.an_order()
    with raises(InsufficientStock, f"insufficient stock: {HOT}", order.order_id):
        stock.move(StockMovement.HOLD, order)
    assert stock.problems == []


def test_a_shard_that_returned_its_units_takes_no_released_ones(stock: Stock) -> None:
    """The item would not know of them: an order would be refused although they are there."""
    with stock.occupied():
        order = stock.hold()
    [shard] = stock.item["shards"]
    assert stock.shards.recall(HOT, int(shard))

    stock.move(StockMovement.RELEASE, order)

    assert stock.item["available"] == UNITS
    assert stock.problems == []


@pytest.mark.parametrize(
    ("settle", "movement", "counters"),
    [
        (expressions.recall, StockMovement.HOLD, [UNITS - 2, 2, 0]),
        (expressions.close, StockMovement.HOLD, [UNITS - 2, 2, 0]),
        (expressions.close, StockMovement.SELL, [UNITS - 1, 0, 1]),
    ],
)
def test_a_shard_is_not_settled_on_an_old_reading(
    stock: Stock, settle: Any, movement: StockMovement, counters: list[int]
) -> None:
    with stock.occupied():
        order = stock.hold()
        [number] = map(int, stock.item["shards"])
        seen = expressions.Shard(sku=HOT, number=number, available=UNITS // (2 * SHARDS) - 1)
        stock.move(movement, order)

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        stock.client.transact_write_items(
            TransactItems=settle(tables.INVENTORY, tables.ORDERS, seen)
        )

    assert stock.counters == counters


FEW = 2 * SHARDS * SMALLEST_LEASE


@pytest.mark.parametrize(
    ("available", "lent"),
    [(FEW - 1, 0), (FEW, SMALLEST_LEASE), (FEW * 32 - 1, 63), (FEW * 99, LARGEST_LEASE)],
)
def test_an_item_lends_half_of_an_even_share(available: int, lent: int) -> None:
    assert lendable({"available": available}) == lent


def test_few_units_are_not_spread_over_shards(dynamodb: Any) -> None:
    stock = Stock(dynamodb, available=FEW - 1)
    order = stock.an_order()

    with stock.occupied(), raises(StoreConflict, "the stock is busy", order.order_id):
        stock.move(StockMovement.HOLD, order)

    assert "shards" not in stock.item


def test_scarce_units_are_refused_on_a_reading_that_keeps_no_one_waiting(dynamodb: Any) -> None:
    """Refused reservations would keep the item locked for sales."""
    stock = Stock(dynamodb, available=1)
    stock.hold()
    with pytest.raises(InsufficientStock):
        stock.hold()

    written: list[Key] = []
    with watched(stock, written), pytest.raises(InsufficientStock):
        stock.hold()
    assert written == []
    tables.put_stock(dynamodb, HOT, available=1, held=1)
    stock.hold()

    assert stock.counters == [0, 2, 0]


def test_an_order_is_held_on_the_item_where_its_shard_cannot_borrow_enough(stock: Stock) -> None:
    with stock.occupied():
        stock.hold()

    stock.hold(500)

    assert stock.counters == [UNITS - 501, 501, 0]
    assert stock.problems == []


def test_every_shard_that_is_occupied_is_left_for_another(stock: Stock) -> None:
    order = stock.an_order()
    numbers = {*range(3), expressions.own_shard(order.order_id, SHARDS)}
    busy = {f"STOCK#{HOT}#{number}" for number in numbers}

    with occupied(stock.client, lambda key: key[0] in {HOT, *busy}, smallest=3):
        stock.move(StockMovement.HOLD, order)

    assert not {*map(str, numbers)} & set(stock.item["shards"])
    assert stock.counters == [UNITS - 1, 1, 0]


def test_a_shard_to_which_nothing_can_be_lent_is_left_for_another(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another write was faster."""
    lend, tried = stock.shards.lend, list[int]()

    def refuse_once(sku: str, shard: int, units: int, now: int) -> bool:
        tried.append(shard)
        return len(tried) > 1 and lend(sku, shard, units, now)

    monkeypatch.setattr(stock.shards, "lend", refuse_once)
    with stock.occupied():
        stock.hold()

    assert len(set(tried)) == 2
    assert stock.item["shards"] == {str(tried[1])}


def test_a_shard_that_cannot_be_recalled_is_a_conflict(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stock.occupied():
        stock.hold()
    stock.start_process()
    order = stock.an_order()
    monkeypatch.setattr(stock.shards, "recall", lambda *_: False)

    with raises(StoreConflict, "the stock is busy", order.order_id):
        stock.move(StockMovement.HOLD, order, UNITS - 1)


def test_stock_that_is_occupied_everywhere_is_a_conflict(stock: Stock) -> None:
    order = stock.an_order()

    busy = raises(StoreConflict, "the stock is busy", order.order_id)
    with occupied(stock.client, is_stock), busy:
        stock.move(StockMovement.HOLD, order)

    assert stock.item_counters == [UNITS, 0, 0]


def test_a_process_tries_the_item_again_after_a_while(stock: Stock) -> None:
    with stock.occupied():
        order = stock.hold()
    written: list[Key] = []

    with watched(stock, written):
        for _ in range(BUSY_MOVES):
            order = stock.move(StockMovement.HOLD, order)
        assert (HOT,) not in written
        stock.move(StockMovement.HOLD, order)

    assert (HOT,) in written
