"""Writes to DynamoDB whose answer was lost: they are found again, and not made twice."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.inventory import release_stock, reserve_stock
from lambdas.activities.notification import send_cancellation_email, send_order_confirmation
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.domain.errors import StoreConflict, StoreUnavailable
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.services.order_writer import OrderWriter
from tests.adapters.store.contract import HOLD, written
from tests.dynamodb_local.deployment import Deployment
from tests.support import tables
from tests.support.builders import a_key, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.faults import disarm, lose_answer, lose_first_answer, send_write_twice
from tests.support.occupied import occupied
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
        store.commit(written(order, HOLD))

    assert store.get(order.order_id).revision == 2
    with pytest.raises(StoreConflict):
        store.commit(written(order, HOLD))


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


def approved(on: Deployment, sku: str) -> Order:
    """An order with an added line that is charged. Its first units are held on a shard."""
    with occupied(on.client, lambda key: key == (sku,), smallest=3):
        order = on.place(**{sku: 2})
        on.run(reserve_stock, order)
    on.run(await_signal, order, token="token-1")
    for signal in (a_signal(SignalKind.ADD_LINE_ITEM, sku=sku), a_signal(revision=2)):
        on.deps.workflow.signal(order.order_id, signal)
        on.run(apply_signals, order)
    on.run(process_payment, order)
    return order


def complete(on: Deployment, sku: str) -> Order:
    order = approved(on, sku)
    on.run(update_order_status, order)
    on.run(send_order_confirmation, order)
    return on.now(order)


def cancel(on: Deployment, sku: str) -> Order:
    order = approved(on, sku)
    on.deps.workflow.signal(order.order_id, a_signal(SignalKind.CANCEL_ORDER))
    for step in (refund_payment, release_stock, send_cancellation_email, close_order):
        on.run(step, order)
    return on.now(order)


@pytest.mark.proof
@pytest.mark.parametrize(("scenario", "end"), [(complete, "completed"), (cancel, "cancelled")])
def test_every_write_of_an_order_may_be_sent_twice(
    dynamodb: Any, scenario: Callable[[Deployment, str], Order], end: str
) -> None:
    on = Deployment(dynamodb, {})
    writes: list[str] = []

    for number in range(99):  # the first round counts the writes
        sku = f"MUG-{number}"
        tables.put_stock(dynamodb, sku, available=200)
        on.units[sku] = 200
        made = send_write_twice(dynamodb, number)
        assert scenario(on, sku).stage == end, (number, writes)
        disarm()
        writes = writes or made
        if number == len(writes):
            break

    assert set(writes) == {"PutItem", "UpdateItem", "TransactWriteItems"}
    assert on.deps.stock_shards is not None
    assert on.deps.stock_shards.close_idle(on.deps.clock.now() + 1_000_000) == len(writes) + 1
    assert on.problems() == []
