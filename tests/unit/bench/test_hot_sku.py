"""The model of one busy SKU: its rules, and what it says of the mechanism in use."""

from random import Random

import pytest

from bench.hot_sku.__main__ import parse
from bench.hot_sku.dynamodb import UNITS_PER_SECOND, Item, begin
from bench.hot_sku.mechanisms import MECHANISMS, Mechanism, Sharded, Shop
from bench.hot_sku.model import simulate

LOCK_MS = 10.0


def test_transactions_that_overlap_on_an_item_are_refused() -> None:
    item, other = Item(), Item()

    assert begin([item], 0.0, LOCK_MS)
    assert not begin([other, item], 9.9, LOCK_MS)
    assert begin([other], 9.9, LOCK_MS)
    assert begin([item], 10.0, LOCK_MS)


def test_an_item_takes_a_bounded_number_of_write_units_a_second() -> None:
    item = Item()

    taken = sum(item.use_units(2, at / 2) for at in range(2_000))

    assert taken == UNITS_PER_SECOND // 2
    assert item.use_units(2, 1_000.0)


def test_a_lost_unit_is_an_error() -> None:
    shop = Shop(random=Random(1), lock_ms=LOCK_MS, units=5)
    shop.item.available -= 1

    with pytest.raises(AssertionError, match="are not 5 units"):
        shop.check()


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda one: one.label)
def test_a_run_is_repeated_by_its_seed(mechanism: type[Mechanism]) -> None:
    runs = [simulate(mechanism, 20, lock_ms=LOCK_MS, seconds=3, seed=s) for s in (7, 7, 8)]

    assert runs[0] == runs[1] != runs[2]
    assert runs[0].completed == runs[0].arrived


def test_shards_sustain_eight_times_the_rate_at_which_one_item_fails() -> None:
    one_item = simulate(Mechanism, 80, lock_ms=LOCK_MS, seconds=10, seed=1)
    shards = simulate(Sharded, 640, lock_ms=LOCK_MS, seconds=3, seed=1)

    assert one_item.failed_to_sell > 0
    assert (shards.failed, shards.completed) == (0, shards.arrived)


@pytest.mark.parametrize("units", [20, 700])
def test_a_sale_of_few_units_sells_each_and_refuses_the_rest(units: int) -> None:
    sale = simulate(Sharded, 240, lock_ms=LOCK_MS, seconds=5, seed=1, units=units)

    assert (sale.completed, sale.refused) == (units, sale.arrived - units)
    assert sale.failed == 0


def test_figures_of_other_assumptions_are_not_written() -> None:
    assert parse(["--write"]).write
    with pytest.raises(SystemExit):
        parse(["--write", "--seconds", "2"])
