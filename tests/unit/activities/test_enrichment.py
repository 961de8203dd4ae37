from collections.abc import Mapping, Sequence

import pytest

from lambdas.activities.enrichment import (
    fetch_customer_profile,
    fetch_inventory_snapshot,
    fetch_recommendations,
)
from lambdas.domain.catalogue import StockLevel
from lambdas.domain.errors import CustomerUnknown, OrderMovedOn
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from tests.support.builders import a_line
from tests.support.world import World


@pytest.mark.parametrize(("available", "ok"), [(3, True), (2, True), (1, False), (0, False)])
def test_the_snapshot_says_whether_every_line_could_be_served(
    world: World, available: int, ok: bool
) -> None:
    order = world.place(Stage.START, items=(a_line(quantity=2), a_line("MUG-RED", 1)))
    world.stock("COFFEE-1KG", available=available)

    assert world.run(fetch_inventory_snapshot, order) == {"inventory_ok": ok}
    assert world.now(order) == order


def test_a_sku_that_vanished_from_the_inventory_is_not_available(world: World) -> None:
    order = world.place(Stage.START)
    del world.inventory.by_sku["COFFEE-1KG"]

    assert world.run(fetch_inventory_snapshot, order) == {"inventory_ok": False}


def test_the_profile_is_the_tier_and_nothing_personal(world: World) -> None:
    order = world.place(Stage.START, customer_id="bob")

    assert world.run(fetch_customer_profile, order) == {"customer_tier": "standard"}
    assert world.now(order) == order


def test_an_unknown_customer_ends_the_order(world: World) -> None:
    order = world.place(Stage.START, customer_id="unknown")

    with pytest.raises(CustomerUnknown):
        world.run(fetch_customer_profile, order)

    assert world.now(order) == order


def test_recommended_are_related_skus_in_stock_that_are_not_ordered(world: World) -> None:
    order = world.place(Stage.START, items=(a_line("A", 1), a_line("B", 1)))
    world.stock("A", available=5, related=("B", "GONE", "EMPTY", "MUG-RED"))
    world.stock("B", available=5, related=("MUG-RED", "TEA"))
    world.stock("EMPTY", available=0)
    world.stock("TEA", available=1)

    assert world.run(fetch_recommendations, order) == {"recommendations": ["MUG-RED", "TEA"]}


@pytest.mark.parametrize(("sold_out", "found"), [(3, slice(3, 8)), (7, slice(7, 10))])
def test_at_most_five_of_the_first_ten_skus_are_recommended(
    world: World, sold_out: int, found: slice
) -> None:
    related = tuple(f"SKU-{i}" for i in range(20))
    order = world.place(Stage.START, items=(a_line("A", 1),))
    world.stock("A", available=5, related=related)
    for i, sku in enumerate(related):
        world.stock(sku, available=int(i >= sold_out))

    assert world.run(fetch_recommendations, order) == {"recommendations": list(related[found])}


def test_without_anything_related_there_is_no_second_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.START)
    read, stock = [], world.inventory.stock

    def noted(skus: Sequence[str]) -> Mapping[str, StockLevel]:
        read.append(list(skus))
        return stock(skus)

    monkeypatch.setattr(world.inventory, "stock", noted)

    assert world.run(fetch_recommendations, order) == {"recommendations": []}
    assert read == [["COFFEE-1KG"]]


@pytest.mark.parametrize("stage", sorted(set(Stage) - BEFORE_RESERVE - {Stage.NOTIFY}))
def test_a_late_call_is_refused(stage: Stage, world: World) -> None:
    order = world.place(stage)

    with pytest.raises(OrderMovedOn):
        world.run(fetch_customer_profile, order)
