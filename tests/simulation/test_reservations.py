"""Orders whose stock is kept by another service keep every invariant, under all faults."""

from collections import Counter
from dataclasses import replace

import pytest

from lambdas.adapters.orders import reserved_orders
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome, SignalKind, rejection
from lambdas.domain.record.stages import Stage
from lambdas.domain.record.usage import CustomerCaps
from lambdas.domain.reservations import Reservation, require_current, reservation_after
from lambdas.domain.signals.application import CAP_REACHED, OUT_OF_STOCK
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.schedule import Schedule, ScheduledEvent
from tests.support.fakes.fake_reservations import FakeReservations

ReservedOrders = reserved_orders.ReservedOrders
SOME_SEEDS = range(1, 80)
MANY_SEEDS = 3_000


class ReservedRun(Run):
    """Orders on reservations, most of them with a cap that refuses some added lines. `excess` has
    the orders for which the service held other units than those of their lines.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(_with_more_lines(random_schedule(seed)), reserves=True)
        self.world.store.caps = CustomerCaps(units=seed % 5)
        self.excess: list[str] = []

    def _written(self, before: Order | None, after: Order) -> None:
        super()._written(before, after)
        if not after.reserved or after.stage not in _HELD or after.cancelling:
            return
        begins_to_wait = before is not None and after.wait_token not in (None, before.wait_token)
        if after.ledger[RESERVE].holds_for is not None and not begins_to_wait:
            return
        found = self.world.reservations.find(after.order_id)
        lines = {line.sku: line.quantity for line in after.items}
        if found is None or found.lines != lines:
            self.excess.append(f"{after.order_id}: {found} is held for {lines}")


def _with_more_lines(schedule: Schedule) -> Schedule:
    """The schedule with two more lines for each order, which are often refused."""
    kind, stage = SignalKind.ADD_LINE_ITEM, Stage.AWAITING_APPROVAL
    more = (
        ScheduledEvent(kind, order, 20 * number, stage, f"more{order}{number}", sku)
        for order in range(len(schedule.placements))
        for number, sku in enumerate(("MUG-RED", "RARE-1"))
    )
    return replace(schedule, events=(*schedule.events, *more))


_HELD = (Stage.AWAITING_APPROVAL, Stage.PAYMENT)


def problems_of(seeds: range) -> dict[int, list[str]]:
    """The problems of each seed that breaks an invariant, up to the first one."""
    stages: Counter[str] = Counter()
    outcomes: set[str] = set()
    for seed in seeds:
        run = ReservedRun(seed)
        if problems := [*run.execute(), *run.excess]:
            return {seed: problems}
        orders = run.world.store.orders()
        stages.update(order.stage for order in orders)
        outcomes.update(outcome for order in orders for outcome in order.outcomes.values())
    assert set(stages) == {"completed", "cancelled", "failed"}
    assert outcomes >= {rejection(OUT_OF_STOCK), rejection(CAP_REACHED), Outcome.APPLIED}
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
        (Order, "refused_line", None),
    ],
    ids=[
        "no intent",
        "the record before the reservation",
        "no versions",
        "refused units are kept",
    ],
)
def test_the_simulation_notices_a_missing_rule(
    target: type, name: str, replacement: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, name, replacement)

    assert problems_of(range(1, 500)) != {}
