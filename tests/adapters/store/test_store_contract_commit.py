"""Commits: what the fake of the unit tests promises, DynamoDB and another service keep."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import InsufficientStock, LedgerMismatch, StoreConflict
from lambdas.domain.record.changes import StockMove, StockMovement, make_change
from lambdas.domain.record.order import MAX_LINES
from lambdas.domain.record.signals import MAX_SIGNALS
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.compensation import begin_compensation
from lambdas.domain.steps.stock import reserve
from tests.adapters.store.contract import HOLD, order_of, timeline, written
from tests.adapters.store.stores import (
    RESERVATION_GAPS,
    InMemory,
    OnDynamoDB,
    StoreUnderTest,
    WithReservations,
)
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_line, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises

CHANGED = "the record changed (meanwhile|at the same time)"


@pytest.fixture(params=["in-memory", "dynamodb", "reservations"])
def under(request: pytest.FixtureRequest) -> StoreUnderTest:
    """A store under the contract. A test that fails because of a known gap has to fail."""
    if request.param == "in-memory":
        return InMemory()
    dynamodb = request.getfixturevalue("dynamodb")
    if request.param == "dynamodb":
        return OnDynamoDB(dynamodb)
    for name, reason in RESERVATION_GAPS.items():
        if name in request.node.name:
            request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    return WithReservations(dynamodb, request.getfixturevalue("service"))


def test_a_change_is_written_with_its_events_and_its_stock(under: StoreUnderTest) -> None:
    order = order_of(HOLD)
    under.put(order)
    under.put_stock("MUG-RED", available=5)

    after = under.store.commit(written(order, HOLD))

    assert under.store.get(order.order_id) == after
    assert (after.revision, after.sequence) == (2, 2)
    assert timeline(under, order) == [(1, "noted")]
    assert under.stock_counters("MUG-RED") == (4, 1, 0)


def test_a_change_without_events_is_written_too(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)

    after = under.store.commit(make_change(order, replace(order, wait_token="T"), NOW))

    assert under.store.get(order.order_id) == after
    assert after.wait_token == "T"


def test_a_field_that_is_set_back_to_none_is_gone(under: StoreUnderTest) -> None:
    order = an_order(last_error="E")
    under.put(order)

    under.store.commit(make_change(order, replace(order, last_error=None), NOW))

    assert under.store.get(order.order_id).last_error is None


@pytest.mark.parametrize(
    "meanwhile", [{"sequence": 2}, {"epoch": 2}], ids=["sequence", "epoch alone"]
)
@pytest.mark.parametrize("has_events", [True, False], ids=["with events", "without"])
def test_a_change_on_an_old_reading_is_refused_as_a_whole(
    under: StoreUnderTest, meanwhile: dict[str, int], has_events: bool
) -> None:
    order = order_of(HOLD)
    newer = replace(order, **meanwhile)  # type: ignore[arg-type]
    under.put(newer)
    under.put_stock("MUG-RED", available=5)
    late = written(order, HOLD) if has_events else make_change(order, order, NOW)

    with pytest.raises(StoreConflict):
        under.store.commit(late)

    assert under.store.get(order.order_id) == newer
    assert timeline(under, order) == []
    assert under.stock_counters("MUG-RED") == (5, 0, 0)


def test_a_change_of_an_order_that_does_not_exist_is_a_conflict(under: StoreUnderTest) -> None:
    order = order_of(HOLD)

    with pytest.raises(StoreConflict, match=f"^(the order is gone|{CHANGED})$") as late:
        under.store.commit(written(order, HOLD))
    assert late.value.order_id == order.order_id


def test_an_event_is_never_written_over(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(order)
    after = under.store.commit(written(order))

    with pytest.raises(StoreConflict):
        under.store.commit(written(replace(after, event_count=0)))

    assert under.store.get(order.order_id) == after


@pytest.mark.parametrize(
    ("movement", "held", "expected"),
    [
        (StockMovement.HOLD, 0, (2, 3, 0)),
        (StockMovement.RELEASE, 3, (8, 0, 0)),
        (StockMovement.SELL, 3, (5, 0, 3)),
    ],
)
def test_units_move_between_the_counters(
    under: StoreUnderTest, movement: StockMovement, held: int, expected: tuple[int, int, int]
) -> None:
    move = StockMove(movement, "MUG-RED", 3)
    order = order_of(move)
    under.put(order)
    under.put_stock("MUG-RED", available=5, held=held)

    under.store.commit(written(order, move))

    assert under.stock_counters("MUG-RED") == expected


@pytest.mark.parametrize("sku", ["MUG-RED", "NOT-IN-THE-CATALOGUE"])
def test_too_little_stock_stops_the_whole_change(under: StoreUnderTest, sku: str) -> None:
    moves = (StockMove(StockMovement.HOLD, "COFFEE-1KG", 5), StockMove(StockMovement.HOLD, sku, 2))
    order = order_of(*moves)
    under.put(order)
    under.put_stock("COFFEE-1KG", available=5)
    under.put_stock("MUG-RED", available=1)

    with raises(InsufficientStock, f"insufficient stock: {sku}", order.order_id):
        under.store.commit(written(order, *moves))

    assert under.store.get(order.order_id) == order
    assert under.stock_counters("COFFEE-1KG") == (5, 0, 0)
    assert timeline(under, order) == []


@pytest.mark.parametrize("movement", [StockMovement.RELEASE, StockMovement.SELL])
def test_more_than_is_held_is_neither_released_nor_sold(
    under: StoreUnderTest, movement: StockMovement
) -> None:
    move = StockMove(movement, "MUG-RED", 2)
    order = order_of(move)
    under.put(order)
    under.put_stock("MUG-RED", available=5, held=1)

    short = "less stock held than the order holds: MUG-RED"
    with raises(LedgerMismatch, short, order.order_id):
        under.store.commit(written(order, move))

    assert under.stock_counters("MUG-RED") == (5, 1, 0)


def test_an_old_reading_outranks_missing_stock(under: StoreUnderTest) -> None:
    order = an_order()
    under.put(replace(order, sequence=2))
    under.put_stock("MUG-RED", available=0)

    with pytest.raises(StoreConflict, match=f"^{CHANGED}$") as late:
        under.store.commit(written(order, HOLD))
    assert late.value.order_id == order.order_id


def test_the_largest_order_is_reserved_in_one_transaction(under: StoreUnderTest) -> None:
    lines = tuple(a_line(f"SKU-{i:02d}", 999) for i in range(MAX_LINES))
    order = an_order(Stage.RESERVE, items=lines)
    under.put(order)
    for line in lines:
        under.put_stock(line.sku, available=999)
    reserving = reserve(order, NOW, APPROVAL_TIMEOUT_MS, {})
    assert reserving is not None

    after = under.store.commit(reserving)

    assert under.store.get(order.order_id) == after
    assert under.stock_counters("SKU-49") == (0, 999, 0)


def test_compensation_of_a_full_inbox_begins_in_one_transaction(under: StoreUnderTest) -> None:
    order = an_order(inbox=tuple(a_signal() for _ in range(MAX_SIGNALS)))
    under.put(order)

    under.store.commit(begin_compensation(order, NOW, error="no"))

    assert len(under.store.get(order.order_id).outcomes) == MAX_SIGNALS
    assert len(timeline(under, order)) == MAX_SIGNALS + 1
