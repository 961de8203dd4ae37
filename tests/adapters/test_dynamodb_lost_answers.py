"""Writes to DynamoDB whose answer was lost: they are found again, and not made twice."""

from typing import Any

import pytest

from lambdas.adapters.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import StoreConflict, StoreUnavailable
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage
from tests.adapters.changes import HOLD, told
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fake_clock import NOW
from tests.support.faults import lose_answer


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
