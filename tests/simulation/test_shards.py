"""Orders of busy SKUs, whose stock is split over shards, keep every invariant under all faults."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from lambdas.adapters.stock import dynamodb_stock_expressions as expressions
from lambdas.adapters.stock.dynamodb_stock import BUSY_MOVES, DynamoDBStock
from lambdas.adapters.stock.dynamodb_stock_shards import IDLE_MS, StockShards
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.schedule import (
    FIRST_ORDER,
    Action,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    one_order,
)
from tests.simulation.world.faults import Call, Fault
from tests.simulation.world.stock_table import INVENTORY, ORDERS, Key

SOME_SEEDS = range(1, 60)
MANY_SEEDS = 2_000
UNITS = 70
"""A shard borrows two of them."""
BUSY_SKUS = ("COFFEE-1KG", "MUG-RED", "RARE-1", "HOT-SKU")
"""Orders of 50 lines have other SKUs: no transaction would ever find 50 busy ones free."""
_QUANTITIES = (1, 1, 2, UNITS // 2, UNITS)


class Sale:
    """A schedule whose SKUs have few units. Until its faults are over, other callers have the items
    of the busy SKUs for `occupancy` of the time, and each shard for a quarter of that. `shards` is
    how many were opened.
    """

    def __init__(self, schedule: Schedule, occupancy: float) -> None:
        self.run = Run(schedule, shards=True)
        self.random = Random(f"occupied {schedule.seed}")
        self.occupancy = occupancy
        self.table = self.run.world.stock_table
        self.table.occupied = self.is_occupied

    def is_occupied(self, key: Key) -> bool:
        if self.run.world.event_queue.now >= self.run._quiet_at:
            return False
        is_busy = any(sku in key[0] for sku in BUSY_SKUS)
        share = self.occupancy if len(key) == 1 else self.occupancy / 4
        return is_busy and self.random.random() < share

    def problems(self) -> list[str]:
        """Play it; then every shard is closed, and the items alone must have the right units."""
        found = self.run.execute()
        world, table = self.run.world, self.table
        self.shards = len(table.shards)
        later = world.event_queue.now + 2 * IDLE_MS
        client: Any = table
        StockShards(client, orders_table=ORDERS, inventory_table=INVENTORY).close_idle(later)
        left = {one["sku"]: [one["available"], one["held"], one["sold"]] for one in table.skus}
        expected = world.store.counters()
        return found if left == expected else [*found, f"{left} are left, not {expected}"]


def busy(seed: int) -> Sale:
    """The orders of a seed, with quantities that fit on shards or need the units of all."""
    schedule, random = random_schedule(seed), Random(f"quantities {seed}")
    placements = (
        replace(
            placement, items=tuple((sku, random.choice(_QUANTITIES)) for sku, _ in placement.items)
        )
        for placement in schedule.placements
    )
    units = dict.fromkeys(schedule.units, UNITS)
    return Sale(
        replace(schedule, units=units, placements=tuple(placements)),
        random.choice((0.3, 0.7)),
    )


def problems_of(seeds: range) -> dict[int, list[str]]:
    """The problems of the first seed that breaks an invariant."""
    stages: Counter[str] = Counter()
    shards = 0
    for seed in seeds:
        sale = busy(seed)
        if problems := sale.problems():
            return {seed: problems}
        shards += sale.shards
        stages.update(order.stage for order in sale.run.world.store.orders())
    assert set(stages) == {"completed", "cancelled", "failed"}
    assert shards > len(seeds) / 2
    return {}


def test_some_orders_keep_every_invariant() -> None:
    assert problems_of(SOME_SEEDS) == {}


@pytest.mark.proof
def test_many_orders_keep_every_invariant(seed: int) -> None:
    assert problems_of(range(seed, seed + MANY_SEEDS)) == {}


def interrupted_loan(fault: Fault, action: Action) -> Sale:
    """An order of a busy SKU whose first loan has a fault; the action follows at once."""
    approval = ScheduledEvent(
        SignalKind.APPROVE_PAYMENT, 0, 500, Stage.AWAITING_APPROVAL, signal_id="a"
    )
    sale = Sale(
        one_order(
            approval,
            item=("HOT-SKU", 1),
            units={"HOT-SKU": UNITS},
            planned_faults=(PlannedFault(fault, 1, "ReserveStock", "store.lend"),),
            quiet_ms=120_000,
        ),
        occupancy=0,
    )
    world = sale.run.world
    world._memories["ReserveStock"] = ({"HOT-SKU": BUSY_MOVES}, set())
    planned = world.fault

    def fault_and_action(call: Call) -> Fault | None:
        found = planned(call)
        if found is not None:
            world.event_queue.after(50, lambda: sale.run.do(action, FIRST_ORDER))
        return found

    world.fault = fault_and_action
    return sale


@pytest.mark.parametrize("fault", [Fault.CRASH_AFTER, Fault.LOST, Fault.LATE, Fault.ZOMBIE])
@pytest.mark.parametrize("action", [Action.STOP, Action.TIME_OUT])
def test_a_takeover_between_a_loan_and_the_reservation_keeps_every_unit(
    fault: Fault, action: Action
) -> None:
    sale = interrupted_loan(fault, action)

    assert sale.problems() == []
    assert sale.run.unused_faults == ()
    assert sale.shards == 1
    assert sale.run.world.store.get(FIRST_ORDER).epoch > 1


def never_collect(stock: DynamoDBStock, placement: Any, item: Mapping[str, Any]) -> bool:
    return bool(item["available"] >= placement.move.quantity)


def unconditional(make: Callable[..., list[dict[str, Any]]]) -> Callable[..., Any]:
    """Writes that do not notice that units have moved since the shard was read."""

    def changed(*arguments: Any) -> list[dict[str, Any]]:
        settle, on_shard = make(*arguments)
        del on_shard["Update"]["ConditionExpression"]
        return [settle, on_shard]

    return changed


def oversell(*arguments: Any) -> dict[str, Any]:
    """Units are taken from an item that may have fewer."""
    made = move_on_item(*arguments)
    return {name: made[name] for name in made if name != "ConditionExpression"}


move_on_item = expressions.move_on_item


@pytest.mark.proof
@pytest.mark.parametrize(
    ("target", "name", "replacement"),
    [
        (DynamoDBStock, "_collect", never_collect),
        (expressions, "recall", unconditional(expressions.recall)),
        (expressions, "close", unconditional(expressions.close)),
        (expressions, "move_on_item", oversell),
    ],
    ids=["shards keep their units", "blind recall", "blind close", "no check of units"],
)
def test_the_simulation_notices_a_missing_rule(
    target: object, name: str, replacement: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, name, replacement)

    assert problems_of(range(1, 500)) != {}
