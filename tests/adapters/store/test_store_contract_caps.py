"""Both stores, caps of a customer: exact counts of open orders and their units."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import CustomerCapReached, OrderNotFound, StoreConflict
from lambdas.domain.record.changes import make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.record.usage import CustomerCaps
from tests.adapters.store.contract import PLACED, placed, written
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import a_key, a_line, a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises


def place(under: StoreUnderTest, key: str, **changes: object) -> Order:
    return under.store.create(placed(**changes), (PLACED,), a_key(key))


def end(under: StoreUnderTest, order: Order) -> Order:
    ended = replace(order, stage=Stage.CANCELLED)
    return under.store.commit(make_change(order, ended, NOW, ("order-cancelled", {})))


def with_units(under: StoreUnderTest, order: Order, quantity: int) -> Order:
    more = replace(order, items=(a_line(quantity=quantity),))
    return under.store.commit(make_change(order, more, NOW, ("signal-settled", {})))


def test_an_order_beyond_the_cap_is_not_written(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(orders=2))
    place(under, "1")
    place(under, "2")
    third = placed()

    limit = "the customer reached the limit of 2 open orders"
    with raises(CustomerCapReached, limit, third.order_id):
        under.store.create(third, (PLACED,), a_key("3"))

    with pytest.raises(OrderNotFound):
        under.store.get(third.order_id)
    assert under.store.find_by_key(a_key("3")) is None


def test_an_order_that_ends_makes_room_once(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(orders=1))
    first = place(under, "1")
    end(under, first)
    with pytest.raises(StoreConflict):
        end(under, first)
    place(under, "2")

    with pytest.raises(CustomerCapReached):
        place(under, "3")


def test_every_customer_has_the_whole_cap(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(orders=1))
    place(under, "1")

    assert place(under, "2", customer_id="bob").customer_id == "bob"


def test_units_of_open_orders_are_counted(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(units=5))
    place(under, "1", items=(a_line(quantity=3),))

    with pytest.raises(CustomerCapReached):
        place(under, "2", items=(a_line(quantity=3),))
    assert place(under, "3", items=(a_line(quantity=2),)).counted


@pytest.mark.parametrize("caps", [CustomerCaps(units=1), CustomerCaps(orders=5, units=1)])
def test_an_order_that_exceeds_the_cap_alone_is_refused(
    under: StoreUnderTest, caps: CustomerCaps
) -> None:
    under.cap(caps)

    with pytest.raises(CustomerCapReached):
        place(under, "1", items=(a_line(quantity=2),))


def test_added_units_are_counted_until_the_order_ends(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(units=5))
    order = place(under, "1", items=(a_line(quantity=3),))

    with pytest.raises(CustomerCapReached):
        with_units(under, order, 6)
    end(under, with_units(under, order, 5))

    assert place(under, "2", items=(a_line(quantity=5),)).counted


def test_units_are_counted_with_an_event_that_needs_no_item(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(units=5))
    order = place(under, "1", items=(a_line(quantity=3),))
    signal = a_signal(SignalKind.ADD_LINE_ITEM)
    detail = {"signal_id": signal.signal_id, "signal": signal.kind.value, "outcome": "applied"}
    more = replace(
        order,
        stage=Stage.AWAITING_APPROVAL,
        items=(a_line(quantity=6),),
        inbox=(signal,),
        outcomes={signal.signal_id: "applied"},
    )

    with pytest.raises(CustomerCapReached):
        under.store.commit(make_change(order, more, NOW, ("signal-settled", detail)))

    assert under.store.get(order.order_id).items == order.items


def test_a_repeated_start_gets_its_order_also_when_the_cap_is_reached(
    under: StoreUnderTest,
) -> None:
    under.cap(CustomerCaps(orders=1))
    first = place(under, "1")

    assert place(under, "1") == first


def test_orders_that_were_placed_without_caps_are_not_counted(under: StoreUnderTest) -> None:
    before = place(under, "1")
    under.cap(CustomerCaps(orders=1))
    place(under, "2")

    end(under, before)

    with pytest.raises(CustomerCapReached):
        place(under, "3")


def test_counted_orders_make_room_after_the_caps_were_removed(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(orders=1))
    counted = place(under, "1")
    under.cap(CustomerCaps())
    end(under, counted)
    under.cap(CustomerCaps(orders=1))

    assert place(under, "2").counted


def test_a_change_that_counts_nothing_is_written_at_the_cap(under: StoreUnderTest) -> None:
    under.cap(CustomerCaps(orders=1, units=2))
    order = place(under, "1")

    assert under.store.commit(written(order)).revision == 2
