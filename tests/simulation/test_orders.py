"""Random orders keep every invariant, under all faults."""

from collections.abc import Iterator
from itertools import count

import pytest

from lambdas.domain.record.order import MAX_LINES
from tests.simulation.runs.campaign import Tally, campaign, run_seeds
from tests.simulation.runs.mutants import MUTANTS
from tests.simulation.runs.run import Run
from tests.simulation.runs.shrinking import run_schedule, shortest, with_one_less
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.random_worlds import CURRENCIES, TWO_DAYS_SECONDS, crowd
from tests.simulation.schedules.schedule import Schedule
from tests.simulation.world.faults import ANYWHERE

SOME_ORDERS = 500
MANY_ORDERS = 40_000
SHARES = 8
"""Number of tests that the orders are divided into, so that workers can run them in parallel."""
SEEDS_APART = 10_000
CROWDS = (200, 500)
"""Orders that are placed together."""


def simulate(first_seed: int, orders: int) -> Tally:
    """Simulate orders. The first seed that breaks an invariant fails the test with its trace."""
    tally = Tally(next_seed=first_seed)
    for _ in campaign(tally, orders):
        for seed in tally.failed:
            pytest.fail(str(shortest(random_schedule(seed))))
    return tally


def test_some_orders_keep_every_invariant() -> None:
    tally = simulate(1, SOME_ORDERS)

    assert set(tally.stages) == {"completed", "cancelled", "failed"}


@pytest.mark.proof
@pytest.mark.parametrize("share", range(SHARES))
def test_many_orders_keep_every_invariant(share: int, seed: int) -> None:
    tally = simulate(seed + share * SEEDS_APART, MANY_ORDERS // SHARES)

    assert set(tally.stages) == {"completed", "cancelled", "failed"}
    assert min(tally.faults[fault] for fault in ANYWHERE) > 25
    assert tally.calls > 30 * tally.orders


@pytest.mark.proof
@pytest.mark.parametrize("orders", CROWDS)
def test_a_crowd_of_orders_keeps_every_invariant(orders: int, seed: int) -> None:
    run = Run(crowd(list(schedules_of(orders, seed + orders * SEEDS_APART))))

    assert run.execute() == []
    assert len(run.world.store.records) > 0.75 * orders  # some callers die before they place one


def schedules_of(orders: int, first_seed: int) -> Iterator[Schedule]:
    """Schedules that place a number of orders; a deadline of two days would delay all others."""
    placed, seeds = 0, count(first_seed)
    while placed < orders:
        schedule = random_schedule(next(seeds))
        if schedule.approval_timeout_seconds < TWO_DAYS_SECONDS:
            placed += len(schedule.placements)
            yield schedule


def test_chance_draws_every_world() -> None:
    drawn = [random_schedule(seed) for seed in range(1, 400)]
    placed = [placement for schedule in drawn for placement in schedule.placements]

    assert {schedule.currency for schedule in drawn} == {"EUR", *CURRENCIES}
    assert {schedule.approval_timeout_seconds for schedule in drawn} == {900, TWO_DAYS_SECONDS}
    assert max(len(placement.items) for placement in placed) == MAX_LINES
    assert len({placement.extra_minor for placement in placed}) > 2


@pytest.mark.proof
def test_random_signals_are_repeated_delayed_and_from_callers_that_die() -> None:
    signals = run_seeds(range(1, 201)).signals

    drawn = signals["signals"]
    assert 0.15 < signals["sent twice"] / drawn < 0.25
    assert 0.15 < signals["held up"] / drawn < 0.25
    assert 0.05 < signals["caller dies"] / drawn < 0.15


def test_the_same_seed_gives_the_same_trace() -> None:
    for seed in range(1, 30):
        schedule = random_schedule(seed)
        assert schedule == random_schedule(seed)
        assert run_schedule(schedule) == run_schedule(random_schedule(seed))


@pytest.mark.proof
def test_a_saved_run_is_resumed() -> None:
    *_, whole = campaign(Tally(next_seed=1), 60)
    *_, half = campaign(Tally(next_seed=1), 30)
    *_, resumed = campaign(Tally.from_json(half.to_json()), 60)

    assert resumed == whole


@pytest.mark.proof
def test_several_processes_give_the_same_tally_as_one() -> None:
    *_, alone = campaign(Tally(next_seed=1), 100)
    *_, together = campaign(Tally(next_seed=1), 100, jobs=2)

    assert together == alone


def test_a_charge_after_the_provider_was_repaired_can_be_refunded() -> None:
    """A call that was given up charges late, by a method that refuses refunds."""
    assert run_schedule(random_schedule(202_163)).problems == ()


def parts(schedule: Schedule) -> int:
    """How many things happen in it."""
    return len(schedule.placements) + len(schedule.events) + len(schedule.planned_faults)


def test_a_finding_is_shrunk_until_nothing_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS["mail-without-claim"]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)
    schedules = (random_schedule(seed) for seed in range(1, 200))
    broken = next(schedule for schedule in schedules if run_schedule(schedule).problems)

    finding = shortest(broken)

    assert finding.problems
    assert parts(finding.schedule) < parts(broken)
    assert not any(run_schedule(less).problems for less in with_one_less(finding.schedule))
    assert f"seed {broken.seed}" in str(finding)
