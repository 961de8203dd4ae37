"""Which errors of DynamoDB and of the network are transient, and which are raised unchanged."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from lambdas.adapters.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.record.order import Order
from tests.adapters.changes import told
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fake_clock import NOW
from tests.support.faults import answer, fail

NETWORK = [
    EndpointConnectionError(endpoint_url="https://dynamodb"),
    ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ReadTimeoutError(endpoint_url="https://dynamodb"),
]
THROTTLED = ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"]


def operations(store: DynamoDBOrders, order: Order) -> dict[str, Any]:
    """Operation of DynamoDB -> a call of the store that makes it."""
    return {
        "UpdateItem": lambda: store.append_signal(order.order_id, a_signal(), NOW),
        "TransactWriteItems": lambda: store.commit(told(order)),
        "Query": lambda: store.get(order.order_id),
    }


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("code", [*THROTTLED, "TransactionInProgressException"])
def test_throttling_is_a_transient_error(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, code: str
) -> None:
    answer(dynamodb, operation, code)

    with pytest.raises(StoreUnavailable, match=f"DynamoDB answered {code}") as raised:
        operations(store, order)[operation]()

    assert raised.value.order_id == order.order_id


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("error", NETWORK, ids=lambda error: type(error).__name__)
def test_a_network_that_fails_is_a_transient_error(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, error: Exception
) -> None:
    fail(dynamodb, operation, error)

    with pytest.raises(StoreUnavailable, match=r"^DynamoDB did not answer$") as unavailable:
        operations(store, order)[operation]()
    assert unavailable.value.order_id == order.order_id


@pytest.mark.parametrize("operation", ["UpdateItem", "TransactWriteItems", "Query"])
@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_what_no_retry_can_mend_goes_up_as_it_is(
    dynamodb: Any, store: DynamoDBOrders, order: Order, operation: str, code: str
) -> None:
    answer(dynamodb, operation, code)

    with pytest.raises(ClientError, match=code):
        operations(store, order)[operation]()


def test_a_create_that_is_not_allowed_goes_up_as_it_is(
    dynamodb: Any, store: DynamoDBOrders
) -> None:
    answer(dynamodb, "TransactWriteItems", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        store.create(an_order(), (), a_key())


def test_the_indexes_translate_their_errors_too(dynamodb: Any) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.due(NOW, 10)
    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.page(stage=None, customer_id="alice", limit=10, cursor=None)
