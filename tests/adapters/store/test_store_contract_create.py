"""Both stores, create and get: what the unit tests' fake promises, DynamoDB keeps."""

from dataclasses import replace

import pytest

from lambdas.adapters.orders.reserved_orders import ReservedOrders
from lambdas.domain.errors import IdempotencyMismatch, OrderNotFound
from tests.adapters.store.contract import PLACED, placed, written
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import a_key, a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_directories import FakeInventory
from tests.support.fakes.fake_reservations import FakeReservations
from tests.support.raising import raises


def test_an_unknown_order_is_not_found(under: StoreUnderTest) -> None:
    with raises(OrderNotFound, "there is no such order", "unknown"):
        under.store.get("unknown")

    assert under.store.timeline("unknown") == ()


def test_a_created_order_is_read_as_it_was_written(under: StoreUnderTest) -> None:
    order, second = placed(event_count=2), replace(PLACED, number=2, kind="noted")

    assert under.store.create(order, (PLACED, second), a_key()) == order

    assert under.store.get(order.order_id) == order
    assert under.store.timeline(order.order_id) == (PLACED, second)


def test_a_key_makes_one_order_however_often_it_comes(under: StoreUnderTest) -> None:
    first, second = placed(), placed()
    under.store.create(first, (PLACED,), a_key())

    assert under.store.create(second, (PLACED,), a_key()) == first

    with pytest.raises(OrderNotFound):
        under.store.get(second.order_id)


def test_a_key_answers_with_the_order_as_it_is_by_now(under: StoreUnderTest) -> None:
    order = placed()
    under.store.create(order, (PLACED,), a_key())
    after = under.store.commit(written(order))

    assert under.store.create(placed(), (PLACED,), a_key()) == after


def test_a_key_with_another_body_is_refused(under: StoreUnderTest) -> None:
    under.store.create(placed(), (PLACED,), a_key())

    with raises(IdempotencyMismatch, "this Idempotency-Key was used with another body"):
        under.store.create(placed(), (PLACED,), a_key(fingerprint="other"))


@pytest.mark.parametrize("other", [a_key(principal="bob"), a_key(key="key-2")])
def test_keys_belong_to_their_principal(under: StoreUnderTest, other: object) -> None:
    under.store.create(placed(), (PLACED,), a_key())
    second = placed()

    assert under.store.create(second, (PLACED,), other) == second  # type: ignore[arg-type]


def test_a_key_is_asked_for_the_order_that_it_made(under: StoreUnderTest) -> None:
    order = placed()
    assert under.store.find_by_key(a_key()) is None
    under.store.create(order, (PLACED,), a_key())

    assert under.store.find_by_key(a_key()) == order
    assert under.store.find_by_key(a_key("key-2")) is None
    with pytest.raises(IdempotencyMismatch):
        under.store.find_by_key(a_key(fingerprint="other"))


def test_a_store_whose_stock_is_at_another_service_leaves_other_writes_to_the_store_of_the_orders(
    under: StoreUnderTest,
) -> None:
    store = ReservedOrders(under.store, FakeReservations(FakeInventory()))
    order, signal = placed(), a_signal()

    assert store.create(order, (PLACED,), a_key()) == store.find_by_key(a_key()) == order
    with pytest.raises(IdempotencyMismatch):
        store.create(placed(), (PLACED,), a_key(fingerprint="other"))
    after, is_new = store.append_signal(order.order_id, signal, NOW + 5)

    assert (after, is_new) == (under.store.get(order.order_id), True)
    assert (after.inbox, after.updated_at) == ((signal,), NOW + 5)
    assert store.timeline(order.order_id) == under.store.timeline(order.order_id) != ()
