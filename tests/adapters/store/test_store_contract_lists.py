"""Both stores, lists: what the unit tests' fake promises, DynamoDB keeps."""

from dataclasses import replace

import pytest

from lambdas.adapters.orders import dynamodb_orders
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.order_lists import Count, OpenOrders, OpenVersions, Page
from lambdas.domain.record.changes import make_change
from lambdas.domain.record.ledger import DEBT, DISPUTE, Effect, EffectState, PaymentProblem
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import an_order
from tests.support.fakes import fake_store
from tests.support.fakes.fake_clock import NOW

SOME_EVENTS = 100
OPEN_PROBLEM = Effect(key="debt:1", state=EffectState.INTENT, at=NOW, amount_minor=1)


@pytest.fixture
def many(under: StoreUnderTest) -> list[Order]:
    """Twelve orders, oldest first: alice's and bob's by turns, every third one is paying."""
    orders = [
        an_order(
            Stage.PAYMENT if i % 3 == 0 else Stage.AWAITING_APPROVAL,
            customer_id="alice" if i % 2 == 0 else "bob",
        )
        for i in range(12)
    ]
    under.put(*orders)
    return orders


@pytest.mark.parametrize("stage", [None, Stage.PAYMENT, Stage.COMPLETED])
@pytest.mark.parametrize("customer", [None, "alice", "unknown"])
@pytest.mark.parametrize("limit", [1, 5, 12])
def test_pages_show_every_order_once_newest_first(
    under: StoreUnderTest,
    many: list[Order],
    stage: Stage | None,
    customer: str | None,
    limit: int,
) -> None:
    wanted = [
        order
        for order in reversed(many)
        if stage in (None, order.stage) and customer in (None, order.customer_id)
    ]
    found: list[Order] = []
    cursor: str | None = None
    for _ in range(len(many) + 1):
        page = under.index.page(stage=stage, customer_id=customer, limit=limit, cursor=cursor)
        assert len(page.orders) == limit or page.cursor is None
        found += page.orders
        cursor = page.cursor
        if cursor is None:
            break

    assert cursor is None
    assert found == wanted


def with_problems(order: Order, *names: str) -> Order:
    for name in names:
        order = order.with_effect(name, replace(OPEN_PROBLEM, key=f"{name}:{order.order_id}"))
    return order


def problems(under: StoreUnderTest, problem: PaymentProblem) -> list[Order]:
    """The list of a problem, read in pages of one order."""
    found: list[Order] = []
    cursor: str | None = None
    while True:
        page = under.index.with_problem(problem, limit=1, cursor=cursor)
        found += page.orders
        cursor = page.cursor
        if cursor is None:
            return found


def test_ended_orders_are_listed_by_debt_and_by_dispute_latest_first(under: StoreUnderTest) -> None:
    ended = [an_order(Stage.CANCELLED, next_check_at=NOW + number) for number in range(4)]
    owed, both = with_problems(ended[0], DEBT), with_problems(ended[1], DEBT, DISPUTE)
    disputed, owed_too = with_problems(ended[2], DISPUTE), with_problems(ended[3], DEBT)
    settled = replace(OPEN_PROBLEM, state=EffectState.UNDONE)
    under.put(owed, both, disputed, owed_too)
    under.put(an_order(Stage.FAILED), an_order(Stage.FAILED).with_effect(DEBT, settled))
    under.put(with_problems(an_order(Stage.PAYMENT), DISPUTE))

    assert problems(under, PaymentProblem.DEBT) == [owed_too, both, owed]
    assert problems(under, PaymentProblem.DISPUTE) == [disputed, both]
    assert under.index.with_problem(PaymentProblem.DEBT, limit=3, cursor=None).cursor is None
    for cursor in ("", owed.order_id, f"{NOW}-{owed.order_id}0"):
        with pytest.raises(InvalidRequest):
            under.index.with_problem(PaymentProblem.DEBT, limit=1, cursor=cursor)


def test_a_debt_enters_and_leaves_its_list_with_the_ledger(under: StoreUnderTest) -> None:
    order = an_order(Stage.CANCELLED)
    under.put(order)
    owing = make_change(order, with_problems(order, DEBT), NOW, by_execution=False)

    made = under.store.commit(owing)
    page = under.index.with_problem(PaymentProblem.DEBT, limit=9, cursor=None)
    entry = made.ledger[DEBT].with_state(EffectState.UNDONE, NOW)
    under.store.commit(
        make_change(made, made.with_effect(DEBT, entry), NOW + 1, by_execution=False)
    )

    assert page == Page((made,), None)
    assert under.index.due(NOW * 2, 9).order_ids == ()
    assert problems(under, PaymentProblem.DEBT) == []


NO_ORDER = Count(0, exact=True)


@pytest.mark.parametrize(
    ("customer", "at_most", "payment", "waiting"),
    [
        (None, 8, Count(4, exact=True), Count(8, exact=True)),
        (None, 7, Count(4, exact=True), Count(7, exact=False)),
        (None, 3, Count(3, exact=False), Count(3, exact=False)),
        ("alice", 4, Count(2, exact=True), Count(4, exact=True)),
        ("alice", 3, Count(2, exact=True), Count(3, exact=False)),
        ("unknown", 3, NO_ORDER, NO_ORDER),
    ],
)
def test_a_count_is_exact_unless_there_are_more_than_were_counted(
    under: StoreUnderTest,
    many: list[Order],
    customer: str | None,
    at_most: int,
    payment: Count,
    waiting: Count,
) -> None:
    counts = under.index.counts(customer_id=customer, at_most=at_most)

    others = dict.fromkeys(set(Stage) - {Stage.NOTIFY}, NO_ORDER)
    assert counts == others | {Stage.PAYMENT: payment, Stage.AWAITING_APPROVAL: waiting}


def test_open_orders_are_counted_by_version(under: StoreUnderTest) -> None:
    old, *new = (an_order(version=version) for version in ("v1", "v2", "v2"))
    under.put(old, *new)
    under.put(an_order(Stage.COMPENSATING), an_order(Stage.COMPLETED, version="v1"))

    expected = {
        "v1": OpenOrders({Stage.AWAITING_APPROVAL: 1}, old.order_id),
        "v2": OpenOrders({Stage.AWAITING_APPROVAL: 2, Stage.COMPENSATING: 1}, new[0].order_id),
    }
    assert under.index.open_versions(at_most=4) == OpenVersions(expected, complete=True)


def test_overdue_orders_come_longest_overdue_first(under: StoreUnderTest) -> None:
    orders = [an_order(next_check_at=NOW - (i * 7) % 10) for i in range(10)]
    under.put(
        *orders,
        an_order(next_check_at=NOW + 1),
        an_order(Stage.COMPLETED, next_check_at=NOW - 99),
    )
    by_age = sorted(orders, key=lambda order: order.next_check_at)

    assert under.index.due(NOW, 100).order_ids == tuple(order.order_id for order in by_age)
    assert under.index.due(NOW, 3).order_ids == tuple(order.order_id for order in by_age[:3])


def test_urgent_checks_come_before_those_of_orders_that_only_wait(under: StoreUnderTest) -> None:
    waiting = [an_order(next_check_at=NOW - 1_000 - i) for i in range(4)]
    urgent = an_order(Stage.PAYMENT, next_check_at=NOW)
    under.put(*waiting, urgent)

    by_age = [order.order_id for order in reversed(waiting)]
    assert under.index.due(NOW, 100).order_ids == (urgent.order_id, *by_age)
    assert under.index.due(NOW, 1).order_ids == (urgent.order_id,)


def test_the_oldest_overdue_check_does_not_depend_on_the_limit(under: StoreUnderTest) -> None:
    under.put(an_order(next_check_at=NOW - 900), an_order(Stage.PAYMENT, next_check_at=NOW - 5))

    assert under.index.due(NOW, 1).oldest_at == NOW - 900
    assert under.index.due(NOW - 1_000, 1).oldest_at is None


def test_a_check_is_put_off_without_reading_the_order(under: StoreUnderTest) -> None:
    order = an_order(next_check_at=NOW - 1)
    under.put(order)

    for number, back_off, pause in ((1, True, 45_000), (2, True, 90_000), (3, False, 45_000)):
        under.index.postpone(order.order_id, NOW, back_off=back_off)

        after = under.store.get(order.order_id)
        assert after.sequence == order.sequence + 2 * number
        assert (after.check_failures, after.next_check_at) == (number, NOW + pause)


def test_an_ended_order_is_no_longer_due(under: StoreUnderTest) -> None:
    order = an_order(next_check_at=NOW - 1)
    under.put(order)
    assert under.index.due(NOW, 10).order_ids == (order.order_id,)

    under.store.commit(make_change(order, replace(order, stage=Stage.FAILED), NOW))

    assert under.index.due(NOW * 2, 10).order_ids == ()


def test_a_timeline_shows_its_newest_events_oldest_first(
    under: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for store in (dynamodb_orders, fake_store):
        monkeypatch.setattr(store, "MAX_EVENTS", SOME_EVENTS)
    order = an_order()
    under.put(order)
    numbers = range(1, SOME_EVENTS + 3)
    for some in (numbers[at : at + 90] for at in range(0, len(numbers), 90)):
        events = [("noted", {"number": number}) for number in some]
        order = under.store.commit(make_change(order, order, NOW, *events))

    shown = [event.number for event in under.store.timeline(order.order_id)]

    assert shown == list(numbers[2:])
