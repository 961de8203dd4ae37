"""Writes to DynamoDB whose answer was lost: they are found again, and not made twice."""

from typing import Any

import pytest

from lambdas.activities.notification import send_order_confirmation
from lambdas.adapters.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import StoreConflict, StoreUnavailable
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.order_writer import OrderWriter
from tests.adapters.changes import HOLD, told
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fake_clock import NOW
from tests.support.faults import lose_answer, lose_first_answer
from tests.support.world import World


@pytest.fixture
def world() -> World:
    return World()


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


def test_a_mail_whose_claim_was_answered_at_the_second_attempt_is_sent(
    dynamodb: Any, store: DynamoDBOrders, world: World
) -> None:
    order = an_order(Stage.COMPLETED)
    tables.put_order(dynamodb, order)
    world.deps.store, world.deps.orders = store, OrderWriter(store, world.clock, jitter=lambda: 0.0)
    lose_first_answer(dynamodb, "UpdateItem")

    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1
    assert store.get(order.order_id).ledger[MAIL_CONFIRMATION].state is EffectState.DONE


def test_a_signal_whose_answer_was_lost_is_known_when_it_comes_again(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    signal = a_signal()
    lose_answer(dynamodb, "UpdateItem")
    with pytest.raises(StoreUnavailable):
        store.append_signal(order.order_id, signal, NOW)

    after, appended = store.append_signal(order.order_id, signal, NOW)

    assert (after.inbox, appended) == ((signal,), False)
