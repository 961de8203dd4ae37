"""Both stores, signals: what the unit tests' fake promises, DynamoDB keeps."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import OrderNotFound, StoreConflict
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.signals import MAX_SIGNALS, RULES, SignalKind
from lambdas.domain.record.stages import Stage
from tests.adapters.store.contract import written
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises


@pytest.mark.parametrize("kind", list(SignalKind))
@pytest.mark.parametrize("stage", list(Stage))
def test_a_signal_is_appended_exactly_where_its_stage_admits_it(
    under: StoreUnderTest, kind: SignalKind, stage: Stage
) -> None:
    order = an_order(stage)
    under.put(order)
    signal = a_signal(kind)

    after, appended = under.store.append_signal(order.order_id, signal, NOW)

    assert appended == (stage in RULES[kind].stages)
    assert after == under.store.get(order.order_id)
    assert after.inbox == ((signal,) if appended else ())
    assert appended or after == order


def test_an_accepted_signal_counts_as_a_write_and_calls_the_janitor_soon(
    under: StoreUnderTest,
) -> None:
    order = an_order(next_check_at=NOW + 300_000)
    under.put(order)

    after, _ = under.store.append_signal(order.order_id, a_signal(), NOW + 5)

    assert (after.sequence, after.updated_at) == (order.sequence + 1, NOW + 5)
    assert after.next_check_at == NOW + 5 + CHECK_SOON_MS
    with pytest.raises(StoreConflict):
        under.store.commit(written(order))


def test_a_further_signal_does_not_put_the_check_of_the_first_one_off(
    under: StoreUnderTest,
) -> None:
    order = an_order(next_check_at=NOW + 300_000)
    under.put(order)
    first, _ = under.store.append_signal(order.order_id, a_signal(), NOW)

    after, _ = under.store.append_signal(order.order_id, a_signal(), NOW + 40_000)

    assert after.next_check_at == first.next_check_at == NOW + CHECK_SOON_MS
    assert under.store.get(order.order_id) == after


def test_a_pending_signal_is_found_before_all_orders_that_only_wait(
    under: StoreUnderTest,
) -> None:
    signalled = an_order()
    under.put(signalled, *(an_order(next_check_at=NOW - i) for i in range(5)))

    under.store.append_signal(signalled.order_id, a_signal(), NOW)

    [first, *_] = under.index.due(NOW + CHECK_SOON_MS, 2).order_ids
    assert first == signalled.order_id


def test_a_signal_id_is_accepted_once(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)
    signal = a_signal(signal_id="S")
    first, _ = under.store.append_signal(order.order_id, signal, NOW)

    again, appended = under.store.append_signal(order.order_id, replace(signal, revision=9), NOW)

    assert (again, appended) == (first, False)


def test_signals_keep_the_order_of_their_acceptance(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)
    signals = [a_signal(kind) for kind in [*SignalKind, *SignalKind]]

    for signal in signals:
        under.store.append_signal(order.order_id, signal, NOW)

    assert under.store.get(order.order_id).inbox == tuple(signals)


@pytest.mark.parametrize("kind", list(SignalKind))
@pytest.mark.parametrize(("now", "in_time"), [(-1, True), (0, False), (1, False)])
def test_only_a_cancel_is_accepted_at_the_deadline(
    under: StoreUnderTest, kind: SignalKind, now: int, in_time: bool
) -> None:
    order = an_order()
    under.put(order)

    _, appended = under.store.append_signal(
        order.order_id, a_signal(kind), NOW + APPROVAL_TIMEOUT_MS + now
    )

    assert appended == (in_time or kind is SignalKind.CANCEL_ORDER)


@pytest.mark.parametrize("kind", list(SignalKind))
def test_a_full_inbox_takes_no_signal_but_a_cancel(under: StoreUnderTest, kind: SignalKind) -> None:
    order = an_order(inbox=tuple(a_signal() for _ in range(MAX_SIGNALS)))
    under.put(order)

    after, appended = under.store.append_signal(order.order_id, a_signal(kind), NOW)

    assert appended == (kind is SignalKind.CANCEL_ORDER)
    assert appended or after == order


def test_the_first_cancel_sets_the_mark_that_stops_forward_steps(under: StoreUnderTest) -> None:
    order = an_order(Stage.PAYMENT)
    under.put(order)
    cancel = SignalKind.CANCEL_ORDER

    under.store.append_signal(order.order_id, a_signal(cancel), NOW + 1)
    after, _ = under.store.append_signal(order.order_id, a_signal(cancel), NOW + 2)

    assert after.cancel_requested_at == NOW + 1


def test_a_signal_to_no_order_is_not_found(under: StoreUnderTest) -> None:
    with raises(OrderNotFound, "there is no such order", "unknown"):
        under.store.append_signal("unknown", a_signal(), NOW)
