"""What a transaction that DynamoDB cancelled means, and what meets one."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.adapters.dynamodb.errors import shortage_error
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import (
    InsufficientStock,
    LedgerMismatch,
    OrderError,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.adapters.store.contract import HOLD, written
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.faults import answer, cancelled
from tests.support.raising import raises

CHANGED, NO_REASON = "the record changed at the same time", "cancelled without a reason"
FAILED, CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
SELL = StockMove(StockMovement.SELL, "MUG-RED", 1)
SHORT = "less stock held than the order holds: MUG-RED"


def cancelled_for(*reasons: str) -> str:
    return f"transaction cancelled: {[*reasons]}"


def cancel_next(client: Any, *codes: str) -> None:
    """Cancel the next transaction for these reasons."""
    answer(client, "TransactWriteItems", "TransactionCanceledException", **cancelled(*codes))


@pytest.mark.parametrize(
    ("codes", "stock", "error", "message"),
    [
        ([CONFLICT, "None", "None"], (HOLD,), StoreConflict, CHANGED),
        (["None", "None", CONFLICT], (HOLD,), StoreConflict, "the stock is busy"),
        (["None", FAILED, "None"], (HOLD,), StoreConflict, CHANGED),
        ([FAILED, "None", FAILED], (HOLD,), StoreConflict, CHANGED),
        ([CONFLICT, "None", FAILED], (HOLD,), StoreConflict, CHANGED),
        (["None", "None", FAILED], (SELL,), LedgerMismatch, SHORT),
        (
            ["ThrottlingError", "None", "None"],
            (HOLD,),
            StoreUnavailable,
            cancelled_for("None", "ThrottlingError"),
        ),
        (
            ["ProvisionedThroughputExceeded", "None"],
            (),
            StoreUnavailable,
            cancelled_for("None", "ProvisionedThroughputExceeded"),
        ),
        ([FAILED, "None"], (), StoreConflict, CHANGED),
        (["None", "None", "None"], (HOLD,), StoreUnavailable, NO_REASON),
        (
            ["None", "None", "ItemCollectionSizeLimitExceeded"],
            (HOLD,),
            StoreUnavailable,
            cancelled_for("ItemCollectionSizeLimitExceeded"),
        ),
        ([], (HOLD,), StoreUnavailable, NO_REASON),
        ([], (), StoreUnavailable, NO_REASON),
    ],
)
def test_a_cancelled_transaction_means_what_its_reasons_say(
    dynamodb: Any,
    store: DynamoDBOrders,
    order: Order,
    codes: list[str],
    stock: tuple[StockMove, ...],
    error: type[OrderError],
    message: str,
) -> None:
    cancel_next(dynamodb, *codes)

    with raises(error, message, order.order_id):
        store.commit(written(order, *stock))


@pytest.mark.parametrize("code", [CONFLICT, FAILED])
def test_stock_that_came_back_meanwhile_is_held(
    dynamodb: Any, store: DynamoDBOrders, order: Order, code: str
) -> None:
    """The reasons are what another writer left for a moment; the item has the unit."""
    tables.put_stock(dynamodb, "MUG-RED", available=1_000)
    cancel_next(dynamodb, "None", "None", code)

    assert store.commit(written(order, HOLD)).revision == 2


@pytest.mark.parametrize("code", [CONFLICT, FAILED])
def test_a_sold_out_sku_is_refused_however_busy_it_is(
    dynamodb: Any, store: DynamoDBOrders, order: Order, code: str
) -> None:
    tables.put_stock(dynamodb, "MUG-RED", available=0)
    cancel_next(dynamodb, "None", "None", code)

    with pytest.raises(InsufficientStock, match="insufficient stock: MUG-RED") as raised:
        store.commit(written(order, HOLD))

    assert isinstance(raised.value.__cause__, ClientError)


@pytest.mark.parametrize("code", [CONFLICT, FAILED])
def test_an_order_is_not_refused_the_units_that_its_own_second_run_took(
    dynamodb: Any, store: DynamoDBOrders, order: Order, code: str
) -> None:
    """The reasons name the stock alone, although the record has changed too."""
    late = written(order, HOLD)
    store.commit(late)
    cancel_next(dynamodb, "None", "None", code)

    with raises(StoreConflict, CHANGED, order.order_id):
        store.commit(late)


def test_every_sku_that_was_short_is_named() -> None:
    moves = [StockMove(StockMovement.HOLD, sku, 1) for sku in "AC"]

    assert shortage_error(moves, "O1").message == "insufficient stock: A, C"


def test_a_signal_that_meets_a_transaction_is_a_conflict(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    answer(dynamodb, "UpdateItem", "TransactionConflictException")

    with pytest.raises(StoreConflict):
        store.append_signal(order.order_id, a_signal(), NOW)


@pytest.mark.parametrize(
    ("codes", "error", "message"),
    [
        ([CONFLICT, "None", "None"], StoreConflict, CHANGED),
        ([], StoreUnavailable, "a transaction was cancelled"),
    ],
)
def test_a_create_that_meets_another_transaction_can_be_repeated(
    dynamodb: Any, store: DynamoDBOrders, codes: list[str], error: type[OrderError], message: str
) -> None:
    order = an_order(Stage.START)
    cancel_next(dynamodb, *codes)

    with raises(error, message, order.order_id):
        store.create(order, (), a_key())

    assert store.create(order, (), a_key()) == order
