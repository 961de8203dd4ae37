"""Read, decide, write: against the fake store with another writer in between."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import StaleEpoch, StoreConflict
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.task import Task
from lambdas.services.order_writer import PATIENCE_MS, OrderWriter
from tests.support.builders import an_order
from tests.support.fakes.fake_clock import FakeClock
from tests.support.fakes.fake_store import FakeOrders


@pytest.fixture
def store() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def orders(store: FakeOrders, clock: FakeClock) -> OrderWriter:
    return OrderWriter(store, clock, jitter=lambda: 1.0)


def count_up(order: Order, now: int) -> Change:
    return make_change(
        order, replace(order, compensation_attempts=order.compensation_attempts + 1), now
    )


def someone_else_writes(store: FakeOrders, order_id: str) -> None:
    current = store.get(order_id)
    store.put(replace(current, sequence=current.sequence + 1, revision=current.revision + 1))


def test_nothing_is_written_where_there_is_nothing_to_do(
    orders: OrderWriter, store: FakeOrders
) -> None:
    order = an_order()
    store.put(order)

    assert orders.change(order.order_id, lambda order, now: None) == order
    assert store.writes == 0


def test_a_conflict_is_decided_again_on_what_the_other_writer_left(
    orders: OrderWriter, store: FakeOrders, clock: FakeClock
) -> None:
    order = an_order()
    store.put(order)
    store.before_write = [lambda: someone_else_writes(store, order.order_id)] * 3

    after = orders.change(order.order_id, count_up)

    assert (after.revision, after.compensation_attempts) == (4, 1)
    assert clock.slept == pytest.approx([0.06, 0.18, 0.5])


def test_a_writer_that_is_always_slower_gives_up_in_less_than_its_lambda_has(
    orders: OrderWriter, store: FakeOrders, clock: FakeClock
) -> None:
    order = an_order()
    store.put(order)
    store.before_write = [lambda: someone_else_writes(store, order.order_id)] * 1_000

    with pytest.raises(StoreConflict):
        orders.change(order.order_id, count_up)

    assert store.get(order.order_id).compensation_attempts == 0
    assert PATIENCE_MS - 500 <= 1000 * sum(clock.slept) <= PATIENCE_MS


@pytest.mark.parametrize(("jitter", "longest"), [(0.0, 0.02), (0.5, 0.5), (1.0, 0.5)])
def test_pauses_stay_between_their_bounds(
    store: FakeOrders, clock: FakeClock, jitter: float, longest: float
) -> None:
    order = an_order()
    store.put(order)
    store.before_write = [lambda: someone_else_writes(store, order.order_id)] * 12

    OrderWriter(store, clock, jitter=lambda: jitter).change(order.order_id, count_up)

    assert min(clock.slept) >= 0.02
    assert max(clock.slept) == pytest.approx(longest)


def test_the_epoch_is_looked_at_again_after_a_conflict(
    orders: OrderWriter, store: FakeOrders
) -> None:
    order = an_order(epoch=1)
    store.put(order)
    store.before_write = [lambda: store.put(replace(order, epoch=2, sequence=9))]

    with pytest.raises(StaleEpoch):
        orders.change_in_epoch(Task(order_id=order.order_id, epoch=1), count_up)

    assert store.writes == 0


def test_other_errors_are_not_repeated(orders: OrderWriter, clock: FakeClock) -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        raise ValueError("a defect")

    with pytest.raises(ValueError, match="a defect"):
        orders.repeat(fail)
    assert (len(calls), clock.slept) == (1, [])


def test_what_a_task_has_just_read_is_not_read_again(
    orders: OrderWriter, store: FakeOrders
) -> None:
    read, order = an_order(), an_order()
    store.put(order)
    stale = replace(read, order_id=order.order_id, compensation_attempts=6)

    after = orders.change_in_epoch(Task(order_id=order.order_id, epoch=1), count_up, seen=stale)

    assert after.compensation_attempts == 7
