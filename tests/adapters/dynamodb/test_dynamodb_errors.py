"""Which errors of DynamoDB and of the network are transient, and which are raised unchanged."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.record.changes import make_change
from tests.adapters.store.contract import written
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.faults import answer, fail
from tests.support.raising import raises

NETWORK = [
    error(endpoint_url="https://dynamodb")
    for error in (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError)
]
THROTTLED = ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"]


NEW = an_order()
ORDER = make_change(NEW, NEW, NOW).after
WAITS = make_change(ORDER, replace(ORDER, wait_token="T"), NOW)
CALLS: Mapping[str, tuple[str, Callable[[DynamoDBOrders], object]]] = {
    "create": ("TransactWriteItems", lambda store: store.create(ORDER, (), a_key())),
    "get": ("Query", lambda store: store.get(ORDER.order_id)),
    "timeline": ("Query", lambda store: store.timeline(ORDER.order_id)),
    "append": ("UpdateItem", lambda store: store.append_signal(ORDER.order_id, a_signal(), NOW)),
    "commit": ("TransactWriteItems", lambda store: store.commit(written(ORDER))),
    "commit of a token": ("UpdateItem", lambda store: store.commit(WAITS)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", [*THROTTLED, "TransactionInProgressException", *NETWORK], ids=str)
def test_throttling_and_a_network_that_fails_are_transient_errors(
    dynamodb: Any, store: DynamoDBOrders, call: str, fault: str | Exception
) -> None:
    operation, request = CALLS[call]
    if isinstance(fault, str):
        answer(dynamodb, operation, fault)
    else:
        fail(dynamodb, operation, fault)

    answered = f"answered {fault}" if isinstance(fault, str) else "did not answer"
    with raises(StoreUnavailable, f"DynamoDB {answered}", ORDER.order_id):
        request(store)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_what_no_retry_can_mend_goes_up_as_it_is(
    dynamodb: Any, store: DynamoDBOrders, call: str, code: str
) -> None:
    operation, request = CALLS[call]
    answer(dynamodb, operation, code)

    with pytest.raises(ClientError, match=code):
        request(store)


def test_the_indexes_translate_their_errors_too(dynamodb: Any) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.due(NOW, 10)
    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        index.page(stage=None, customer_id="alice", limit=10, cursor=None)
    answer(dynamodb, "UpdateItem", "ThrottlingException")
    with raises(StoreUnavailable, "DynamoDB answered ThrottlingException", "O1"):
        index.postpone("O1", NOW, back_off=True)
