"""The token of a wait: which one an order is read with, for the fake and for the adapter."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import StoreConflict
from lambdas.domain.record.changes import make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises


def waiting(under: StoreUnderTest) -> Order:
    """A stored order that waits, as ReserveStock leaves it."""
    order = an_order()
    resting = make_change(order, order, NOW).after
    under.put(resting)
    return resting


def keep(under: StoreUnderTest, order: Order, token: str, loops: int = 0) -> Order:
    kept = replace(order, wait_token=token, wait_loops=loops)
    return under.store.commit(make_change(order, kept, NOW))


def test_the_token_of_a_wait_is_read_with_the_order(under: StoreUnderTest) -> None:
    order = waiting(under)

    assert keep(under, order, "T", 2).wait_token == "T"

    stored = under.store.get(order.order_id)
    assert (stored.wait_token, stored.wait_loops) == ("T", 2)


def test_a_signal_is_answered_with_the_token(under: StoreUnderTest) -> None:
    order = waiting(under)
    keep(under, order, "T")

    signalled, appended = under.store.append_signal(order.order_id, a_signal(), NOW)

    assert (signalled.wait_token, appended) == ("T", True)


def test_a_token_that_was_decided_on_before_a_signal_is_a_conflict(under: StoreUnderTest) -> None:
    order = waiting(under)
    under.store.append_signal(order.order_id, a_signal(), NOW)

    with pytest.raises(StoreConflict):
        keep(under, order, "T")


def test_a_token_of_an_older_execution_is_a_conflict_and_is_never_read(
    under: StoreUnderTest,
) -> None:
    order = waiting(under)
    under.put(replace(order, epoch=2))

    with raises(StoreConflict, "the record changed meanwhile", order.order_id):
        keep(under, order, "T")

    assert under.store.get(order.order_id).wait_token is None


def test_an_order_that_no_longer_waits_has_no_token(under: StoreUnderTest) -> None:
    order = keep(under, waiting(under), "T")

    turned = replace(order, stage=Stage.COMPENSATING, wait_token=None)
    under.store.commit(make_change(order, turned, NOW))

    assert under.store.get(order.order_id).wait_token is None
