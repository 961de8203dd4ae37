"""What only DynamoDB can do to the store: conflicts, throttling, lost answers, long timelines."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from lambdas.adapters import dynamodb_expressions as expressions
from lambdas.adapters.dynamodb_errors import cancelled as meaning
from lambdas.adapters.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.dynamodb_orders import IDEMPOTENCY_DAYS, DynamoDBOrders
from lambdas.domain.changes import Change, Event, StockMove, StockMovement, change
from lambdas.domain.errors import (
    InsufficientStock,
    InvalidRequest,
    LedgerMismatch,
    OrderError,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fake_clock import NOW
from tests.support.faults import answer, cancelled, fail, lose_answer

NETWORK = [
    EndpointConnectionError(endpoint_url="https://dynamodb"),
    ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ReadTimeoutError(endpoint_url="https://dynamodb"),
]
THROTTLED = ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"]
HOLD = StockMove(StockMovement.HOLD, "MUG-RED", 1)
SELL = StockMove(StockMovement.SELL, "MUG-RED", 1)


@pytest.fixture
def store(dynamodb: Any) -> DynamoDBOrders:
    return DynamoDBOrders(dynamodb, orders_table=tables.ORDERS, inventory_table=tables.INVENTORY)


@pytest.fixture
def order(dynamodb: Any) -> Order:
    """An order that waits, and one red mug."""
    order = an_order()
    tables.put_order(dynamodb, order)
    tables.put_stock(dynamodb, "MUG-RED", available=1, held=1)
    return order


def told(order: Order, *stock: StockMove) -> Change:
    return change(order, replace(order, revision=2), NOW, ("told", {}), stock=stock)


@pytest.mark.parametrize(
    ("codes", "stock", "error"),
    [
        (["TransactionConflict", "None", "None"], (HOLD,), StoreConflict),
        (["None", "None", "TransactionConflict"], (HOLD,), StoreConflict),
        (["None", "ConditionalCheckFailed", "None"], (HOLD,), StoreConflict),
        (["ConditionalCheckFailed", "None", "ConditionalCheckFailed"], (HOLD,), StoreConflict),
        (["TransactionConflict", "None", "ConditionalCheckFailed"], (HOLD,), StoreConflict),
        (["None", "None", "ConditionalCheckFailed"], (HOLD,), InsufficientStock),
        (["None", "None", "ConditionalCheckFailed"], (SELL,), LedgerMismatch),
        (["ThrottlingError", "None", "None"], (HOLD,), StoreUnavailable),
        (["ProvisionedThroughputExceeded", "None"], (), StoreUnavailable),
        (["ConditionalCheckFailed", "None"], (), StoreConflict),
        ([], (HOLD,), StoreUnavailable),
        ([], (), StoreUnavailable),
    ],
)
def test_a_cancelled_transaction_means_what_its_reasons_say(
    dynamodb: Any,
    store: DynamoDBOrders,
    order: Order,
    codes: list[str],
    stock: tuple[StockMove, ...],
    error: type[OrderError],
) -> None:
    answer(dynamodb, "TransactWriteItems", "TransactionCanceledException", **cancelled(*codes))

    with pytest.raises(error) as raised:
        store.commit(told(order, *stock))

    assert type(raised.value) is error
    assert raised.value.order_id == order.order_id
    assert isinstance(raised.value.__cause__, ClientError)


def test_every_sku_that_was_short_is_named() -> None:
    moves = [StockMove(StockMovement.HOLD, sku, 1) for sku in "ABC"]
    codes = ["None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed"]
    error = ClientError({"Error": {}, **cancelled(*codes)}, "TransactWriteItems")  # type: ignore[typeddict-item]

    assert meaning(error, "O1", moves).message == "insufficient stock: A, C"


def operations(store: DynamoDBOrders, order: Order) -> dict[str, Any]:
    """Operation of DynamoDB -> a call of the store that makes it."""
    return {
        "GetItem": lambda: store.get(order.order_id),
        "UpdateItem": lambda: store.append_signal(order.order_id, a_signal(), NOW),
        "TransactWriteItems": lambda: store.commit(told(order)),
        "Query": lambda: store.timeline(order.order_id),
    }


@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("code", [*THROTTLED, "TransactionInProgressException"])
def test_throttling_is_a_transient_error(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, code: str
) -> None:
    answer(dynamodb, operation, code)

    with pytest.raises(StoreUnavailable, match=f"DynamoDB answered {code}") as raised:
        operations(store, order)[operation]()

    assert raised.value.order_id == order.order_id


@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("error", NETWORK, ids=lambda error: type(error).__name__)
def test_a_network_that_fails_is_a_transient_error(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, error: Exception
) -> None:
    fail(dynamodb, operation, error)

    with pytest.raises(StoreUnavailable, match="DynamoDB did not answer"):
        operations(store, order)[operation]()


@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_what_no_retry_can_mend_goes_up_as_it_is(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, code: str
) -> None:
    answer(dynamodb, operation, code)

    with pytest.raises(ClientError, match=code):
        operations(store, order)[operation]()


def test_a_signal_that_meets_a_transaction_is_a_conflict(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    answer(dynamodb, "UpdateItem", "TransactionConflictException")

    with pytest.raises(StoreConflict):
        store.append_signal(order.order_id, a_signal(), NOW)


@pytest.mark.parametrize("codes", [["TransactionConflict", "None", "None"], []])
def test_a_create_that_meets_another_transaction_can_be_repeated(
    dynamodb: Any, store: DynamoDBOrders, codes: list[str]
) -> None:
    order = an_order(Stage.START)
    answer(dynamodb, "TransactWriteItems", "TransactionCanceledException", **cancelled(*codes))

    with pytest.raises((StoreConflict, StoreUnavailable)):
        store.create(order, (), a_key())

    assert store.create(order, (), a_key()) == order


def test_a_create_that_is_not_allowed_goes_up_as_it_is(
    dynamodb: Any, store: DynamoDBOrders
) -> None:
    answer(dynamodb, "TransactWriteItems", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        store.create(an_order(), (), a_key())


def test_a_create_whose_answer_was_lost_is_found_again_by_its_key(
    dynamodb: Any, store: DynamoDBOrders
) -> None:
    order = an_order(Stage.START)
    lose_answer(dynamodb, "TransactWriteItems")
    with pytest.raises(StoreUnavailable):
        store.create(order, (), a_key())

    assert store.create(an_order(Stage.START), (), a_key()) == order


def test_a_commit_whose_answer_was_lost_was_written_all_the_same(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    lose_answer(dynamodb, "TransactWriteItems")

    with pytest.raises(StoreUnavailable):
        store.commit(told(order, HOLD))

    assert store.get(order.order_id).revision == 2
    with pytest.raises(StoreConflict):
        store.commit(told(order, HOLD))


def test_a_signal_whose_answer_was_lost_is_known_when_it_comes_again(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    signal = a_signal()
    lose_answer(dynamodb, "UpdateItem")
    with pytest.raises(StoreUnavailable):
        store.append_signal(order.order_id, signal, NOW)

    after, appended = store.append_signal(order.order_id, signal, NOW)

    assert (after.inbox, appended) == ((signal,), False)


def test_an_idempotency_key_expires_after_a_week(dynamodb: Any, store: DynamoDBOrders) -> None:
    store.create(an_order(Stage.START), (), a_key())

    [kept] = [r for r in tables.records(dynamodb, tables.ORDERS) if r["sk"] == "IDEMPOTENCY"]
    assert kept["pk"] == "IDEMPOTENCY#alice#key-1"
    assert kept["expires_at"] == NOW // 1000 + IDEMPOTENCY_DAYS * 86_400


def test_a_long_timeline_is_read_page_by_page_in_order(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    """A page of DynamoDB ends at 1 MB: four of these events."""
    for number in range(1, 12):
        event = Event(
            number=number, at=NOW, kind="told", stage="start", detail={"text": "x" * 250_000}
        )
        dynamodb.put_item(**expressions.put_event(tables.ORDERS, order.order_id, event))

    assert [event.number for event in store.timeline(order.order_id)] == list(range(1, 12))


def test_a_write_says_what_it_was_decided_on_and_sets_only_what_differs() -> None:
    order = an_order(sequence=7, epoch=3, wait_token="T")

    request = expressions.update_order(
        "orders", change(order, replace(order, wait_token=None), NOW)
    )

    assert request["ConditionExpression"] == "#sequence = :read_sequence AND #epoch = :read_epoch"
    values = request["ExpressionAttributeValues"]
    assert (values[":read_sequence"], values[":read_epoch"]) == ({"N": "7"}, {"N": "3"})
    assert request["UpdateExpression"] == (
        "SET #next_check_at = :next_check_at, #sequence = :sequence REMOVE #wait_token"
    )


@pytest.mark.parametrize("cursor", ["", "x", "0" * 25, "01KDVDNH00000000000000000l", "~" * 26])
def test_a_cursor_that_no_list_returned_is_refused(dynamodb: Any, cursor: str) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    with pytest.raises(InvalidRequest, match="cursor"):
        index.page(stage=None, customer_id=None, limit=10, cursor=cursor)


def test_the_indexes_translate_their_errors_too(dynamodb: Any) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.due(NOW, 10)
    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.page(stage=None, customer_id="alice", limit=10, cursor=None)
