"""Orders whose stock is kept by another service keep every invariant, under all faults."""

from collections import Counter
from dataclasses import replace

import pytest

from lambdas.adapters import reserved_orders
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from lambdas.domain.reservations import Reservation, require_current, reservation_after
from tests.simulation.random_schedule import random_schedule
from tests.simulation.story import Story
from tests.support.fake_reservations import FakeReservations

ReservedOrders = reserved_orders.ReservedOrders
SOME_SEEDS = range(1, 80)
MANY_SEEDS = 3_000


def problems_of(seeds: range) -> dict[int, list[str]]:
    """The problems of each seed that breaks an invariant, up to the first one."""
    stages: Counter[str] = Counter()
    for seed in seeds:
        story = Story(random_schedule(seed), reserves=True)
        if problems := story.play():
            return {seed: problems}
        stages.update(order.stage for order in story.world.store.orders())
    assert set(stages) == {"completed", "cancelled", "failed"}
    return {}


def test_some_orders_keep_every_invariant() -> None:
    assert problems_of(SOME_SEEDS) == {}


@pytest.mark.proof
def test_many_orders_keep_every_invariant(seed: int) -> None:
    assert problems_of(range(seed, seed + MANY_SEEDS)) == {}


def without_intent(orders: object, change: Change) -> Change:
    return change


def record_first(orders: ReservedOrders, change: Change) -> Order:
    after = orders._orders.commit(replace(change, stock=()))
    if change.stock:
        wanted = reservation_after(change)
        require_current(orders._reservations.put(wanted), wanted)
    return after


def last_request_wins(reservations: FakeReservations, wanted: Reservation) -> Reservation:
    current = reservations._current.pop(wanted.order_id, None)
    if current is not None:
        reservations._move(current, -1)
    return put(reservations, wanted)


put = FakeReservations.put


@pytest.mark.parametrize(
    ("target", "name", "replacement"),
    [
        (ReservedOrders, "_with_intent", without_intent),
        (ReservedOrders, "commit", record_first),
        (FakeReservations, "put", last_request_wins),
    ],
    ids=["no intent", "the record before the reservation", "no versions"],
)
def test_the_simulation_notices_a_missing_rule(
    target: type, name: str, replacement: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, name, replacement)

    assert problems_of(range(1, 500)) != {}
