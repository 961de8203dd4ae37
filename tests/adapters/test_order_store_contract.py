"""One suite for both stores: what the unit tests' fake promises, DynamoDB keeps, and vice versa."""

from dataclasses import replace

import pytest

from lambdas.domain.changes import CHECK_SOON_MS, Change, Event, StockMove, StockMovement, change
from lambdas.domain.compensating import begin_compensation
from lambdas.domain.errors import (
    IdempotencyMismatch,
    InsufficientStock,
    LedgerMismatch,
    OrderNotFound,
    StoreConflict,
)
from lambdas.domain.order import MAX_LINES, Order
from lambdas.domain.reserving import reserve
from lambdas.domain.signals import ADMITTED_IN, MAX_SIGNALS, SignalKind
from lambdas.domain.stages import Stage
from tests.adapters.stores import InMemory, OnDynamoDB, StoreUnderTest
from tests.support.builders import (
    APPROVAL_TIMEOUT_MS,
    a_key,
    a_line,
    a_signal,
    an_order,
)
from tests.support.fake_clock import NOW

PLACED = Event(number=1, at=NOW, kind="order-placed", stage=Stage.START)
HOLD_ONE = StockMove(StockMovement.HOLD, "MUG-RED", 1)


@pytest.fixture(params=[InMemory, OnDynamoDB], ids=["in-memory", "dynamodb"])
def under(request: pytest.FixtureRequest) -> StoreUnderTest:
    if request.param is InMemory:
        return InMemory()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))


def placed(**changes: object) -> Order:
    return an_order(Stage.START, event_count=1, **changes)


def written(order: Order, *, now: int = NOW + 1000, stock: tuple[StockMove, ...] = ()) -> Change:
    """A change with one event, and with stock if asked for."""
    return change(order, replace(order, revision=2), now, ("told", {"n": 1}), stock=stock)


def timeline(under: StoreUnderTest, order: Order) -> list[tuple[int, str]]:
    return [(event.number, event.kind) for event in under.store.timeline(order.order_id)]


# --- create and get ---


def test_an_unknown_order_is_not_found(under: StoreUnderTest) -> None:
    with pytest.raises(OrderNotFound) as missing:
        under.store.get("nobody")

    assert missing.value.order_id == "nobody"
    assert under.store.timeline("nobody") == ()


def test_a_created_order_is_read_as_it_was_written(under: StoreUnderTest) -> None:
    order = placed()

    assert under.store.create(order, (PLACED,), a_key()) == order

    assert under.store.get(order.order_id) == order
    assert under.store.timeline(order.order_id) == (PLACED,)


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

    with pytest.raises(IdempotencyMismatch):
        under.store.create(placed(), (PLACED,), a_key(fingerprint="other"))


@pytest.mark.parametrize("other", [a_key(principal="bob"), a_key(key="key-2")])
def test_keys_belong_to_their_principal(under: StoreUnderTest, other: object) -> None:
    under.store.create(placed(), (PLACED,), a_key())
    second = placed()

    assert under.store.create(second, (PLACED,), other) == second  # type: ignore[arg-type]


def test_a_key_is_asked_for_the_order_that_it_made(under: StoreUnderTest) -> None:
    order = placed()
    assert under.store.made_before(a_key()) is None
    under.store.create(order, (PLACED,), a_key())

    assert under.store.made_before(a_key()) == order
    assert under.store.made_before(a_key("key-2")) is None
    with pytest.raises(IdempotencyMismatch):
        under.store.made_before(a_key(fingerprint="other"))


# --- commit ---


def test_a_change_is_written_with_its_events_and_its_stock(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)
    under.shelve("MUG-RED", available=5)

    after = under.store.commit(written(order, stock=(HOLD_ONE,)))

    assert under.store.get(order.order_id) == after
    assert (after.revision, after.sequence) == (2, 2)
    assert timeline(under, order) == [(1, "told")]
    assert under.shelf("MUG-RED") == (4, 1, 0)


def test_a_change_without_events_is_written_too(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)

    after = under.store.commit(change(order, replace(order, wait_token="T"), NOW))

    assert under.store.get(order.order_id) == after
    assert after.wait_token == "T"


def test_a_field_that_is_set_back_to_none_is_gone(under: StoreUnderTest) -> None:
    order = an_order(wait_token="T")
    under.put(order)

    under.store.commit(change(order, replace(order, wait_token=None), NOW))

    assert under.store.get(order.order_id).wait_token is None


@pytest.mark.parametrize(
    "meanwhile", [{"sequence": 2}, {"epoch": 2}], ids=["sequence", "epoch alone"]
)
@pytest.mark.parametrize("told", [True, False], ids=["with events", "without"])
def test_a_change_on_an_old_reading_is_refused_as_a_whole(
    under: StoreUnderTest, meanwhile: dict[str, int], told: bool
) -> None:
    order = an_order()
    newer = replace(order, **meanwhile)  # type: ignore[arg-type]
    under.put(newer)
    under.shelve("MUG-RED", available=5)
    late = written(order, stock=(HOLD_ONE,)) if told else change(order, order, NOW)

    with pytest.raises(StoreConflict):
        under.store.commit(late)

    assert under.store.get(order.order_id) == newer
    assert timeline(under, order) == []
    assert under.shelf("MUG-RED") == (5, 0, 0)


def test_a_change_of_an_order_that_does_not_exist_is_a_conflict(under: StoreUnderTest) -> None:
    with pytest.raises(StoreConflict):
        under.store.commit(written(an_order()))


def test_an_event_is_never_written_over(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)
    after = under.store.commit(written(order))

    with pytest.raises(StoreConflict):
        under.store.commit(written(replace(after, event_count=0)))

    assert under.store.get(order.order_id) == after


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (StockMovement.HOLD, (2, 6, 0)),
        (StockMovement.RELEASE, (8, 0, 0)),
        (StockMovement.SELL, (5, 0, 3)),
    ],
)
def test_units_move_between_the_counters(
    under: StoreUnderTest, movement: StockMovement, expected: tuple[int, int, int]
) -> None:
    order = an_order()
    under.put(order)
    under.shelve("MUG-RED", available=5, held=3)

    under.store.commit(written(order, stock=(StockMove(movement, "MUG-RED", 3),)))

    assert under.shelf("MUG-RED") == expected


@pytest.mark.parametrize("sku", ["MUG-RED", "NOT-IN-THE-CATALOGUE"])
def test_too_little_stock_stops_the_whole_change(under: StoreUnderTest, sku: str) -> None:
    order = an_order()
    under.put(order)
    under.shelve("COFFEE-1KG", available=5)
    under.shelve("MUG-RED", available=1)
    moves = (StockMove(StockMovement.HOLD, "COFFEE-1KG", 5), StockMove(StockMovement.HOLD, sku, 2))

    with pytest.raises(InsufficientStock, match=f"insufficient stock: {sku}$") as short:
        under.store.commit(written(order, stock=moves))

    assert short.value.order_id == order.order_id
    assert under.store.get(order.order_id) == order
    assert under.shelf("COFFEE-1KG") == (5, 0, 0)
    assert timeline(under, order) == []


@pytest.mark.parametrize("movement", [StockMovement.RELEASE, StockMovement.SELL])
def test_more_than_is_held_is_neither_released_nor_sold(
    under: StoreUnderTest, movement: StockMovement
) -> None:
    order = an_order()
    under.put(order)
    under.shelve("MUG-RED", available=5, held=1)

    with pytest.raises(LedgerMismatch, match="MUG-RED"):
        under.store.commit(written(order, stock=(StockMove(movement, "MUG-RED", 2),)))

    assert under.shelf("MUG-RED") == (5, 1, 0)


def test_an_old_reading_outranks_missing_stock(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(replace(order, sequence=2))
    under.shelve("MUG-RED", available=0)

    with pytest.raises(StoreConflict):
        under.store.commit(written(order, stock=(HOLD_ONE,)))


def test_the_largest_order_is_reserved_in_one_transaction(under: StoreUnderTest) -> None:
    lines = tuple(a_line(f"SKU-{i:02d}", 999) for i in range(MAX_LINES))
    order = an_order(Stage.RESERVE, items=lines)
    under.put(order)
    for line in lines:
        under.shelve(line.sku, available=999)
    reserving = reserve(order, NOW, APPROVAL_TIMEOUT_MS)
    assert reserving is not None

    after = under.store.commit(reserving)

    assert under.store.get(order.order_id) == after
    assert under.shelf("SKU-49") == (0, 999, 0)


def test_a_full_inbox_is_turned_back_in_one_transaction(under: StoreUnderTest) -> None:
    order = an_order(inbox=tuple(a_signal() for _ in range(MAX_SIGNALS)))
    under.put(order)

    under.store.commit(begin_compensation(order, NOW, error="no"))

    assert len(under.store.get(order.order_id).outcomes) == MAX_SIGNALS
    assert len(timeline(under, order)) == MAX_SIGNALS + 1


# --- signals ---


@pytest.mark.parametrize("kind", list(SignalKind))
@pytest.mark.parametrize("stage", list(Stage))
def test_a_signal_is_appended_exactly_where_its_stage_admits_it(
    under: StoreUnderTest, kind: SignalKind, stage: Stage
) -> None:
    order = an_order(stage)
    under.put(order)
    signal = a_signal(kind)

    after, appended = under.store.append_signal(order.order_id, signal, NOW)

    assert appended == (stage in ADMITTED_IN[kind])
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


def test_a_full_inbox_takes_no_signal(under: StoreUnderTest) -> None:
    order = an_order(inbox=tuple(a_signal() for _ in range(MAX_SIGNALS)))
    under.put(order)

    after, appended = under.store.append_signal(order.order_id, a_signal(), NOW)

    assert (after, appended) == (order, False)


def test_the_first_cancel_sets_the_mark_that_stops_forward_steps(under: StoreUnderTest) -> None:
    order = an_order(Stage.PAYMENT)
    under.put(order)
    cancel = SignalKind.CANCEL_ORDER

    under.store.append_signal(order.order_id, a_signal(cancel), NOW + 1)
    after, _ = under.store.append_signal(order.order_id, a_signal(cancel), NOW + 2)

    assert after.cancel_requested_at == NOW + 1


def test_a_signal_to_no_order_is_not_found(under: StoreUnderTest) -> None:
    with pytest.raises(OrderNotFound):
        under.store.append_signal("nobody", a_signal(), NOW)


# --- lists ---


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
@pytest.mark.parametrize("customer", [None, "alice", "nobody"])
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
        assert len(page.orders) <= limit
        found += page.orders
        cursor = page.cursor
        if cursor is None:
            break

    assert cursor is None
    assert found == wanted


def test_overdue_orders_come_longest_overdue_first(under: StoreUnderTest) -> None:
    orders = [an_order(next_check_at=NOW - (i * 7) % 10) for i in range(10)]
    under.put(
        *orders,
        an_order(next_check_at=NOW + 1),
        an_order(Stage.COMPLETED, next_check_at=NOW - 99),
    )
    by_age = sorted(orders, key=lambda order: order.next_check_at)

    assert under.index.due(NOW, 100) == tuple(order.order_id for order in by_age)
    assert under.index.due(NOW, 3) == tuple(order.order_id for order in by_age[:3])


def test_an_order_that_ends_is_no_longer_looked_after(under: StoreUnderTest) -> None:
    order = an_order(next_check_at=NOW - 1)
    under.put(order)
    assert under.index.due(NOW, 10) == (order.order_id,)

    under.store.commit(change(order, replace(order, stage=Stage.FAILED), NOW))

    assert under.index.due(NOW * 2, 10) == ()
