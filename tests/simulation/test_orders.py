"""Thousands of orders by chance: whatever goes wrong, every invariant holds in the end."""

import pytest

from tests.simulation.campaign import Tally, campaign, play
from tests.simulation.chance import random_schedule
from tests.simulation.faults import ANYWHERE
from tests.simulation.mutants import MUTANTS
from tests.simulation.schedule import Schedule
from tests.simulation.shrinking import played, shortest, with_one_less

ORDERS = 20_000
SHARES = 8
"""The orders are dealt out to so many tests, for workers that run side by side."""
SEEDS_APART = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_keeps_every_invariant_in_thousands_of_orders(share: int) -> None:
    tally = Tally(next_seed=1 + share * SEEDS_APART)

    for _ in campaign(tally, ORDERS // SHARES):
        for seed in tally.failed:
            pytest.fail(str(shortest(random_schedule(seed))))

    assert set(tally.stages) == {"completed", "cancelled", "failed"}
    assert min(tally.faults[fault] for fault in ANYWHERE) > 25
    assert tally.calls > 30 * tally.orders


def test_draws_signals_that_come_twice_late_and_from_callers_that_die() -> None:
    signals = play(range(1, 201)).signals

    drawn = signals["signals"]
    assert 0.15 < signals["sent twice"] / drawn < 0.25
    assert 0.15 < signals["held up"] / drawn < 0.25
    assert 0.05 < signals["caller dies"] / drawn < 0.15


def test_tells_the_same_story_for_the_same_seed() -> None:
    for seed in range(1, 30):
        schedule = random_schedule(seed)
        assert schedule == random_schedule(seed)
        assert played(schedule) == played(random_schedule(seed))


def test_goes_on_where_an_earlier_run_was_saved() -> None:
    *_, whole = campaign(Tally(next_seed=1), 60)
    *_, half = campaign(Tally(next_seed=1), 30)
    *_, resumed = campaign(Tally.from_json(half.to_json()), 60)

    assert resumed == whole


def test_several_processes_come_to_the_same_tally_as_one() -> None:
    *_, alone = campaign(Tally(next_seed=1), 100)
    *_, together = campaign(Tally(next_seed=1), 100, jobs=2)

    assert together == alone


def test_a_charge_that_comes_after_the_provider_was_mended_can_be_refunded() -> None:
    """A call that was given up charges late, by a method that refuses refunds."""
    assert played(random_schedule(202_163)).problems == ()


def test_tells_other_stories_for_other_seeds() -> None:
    assert len({played(random_schedule(seed)).trace for seed in range(1, 11)}) == 10


def parts(schedule: Schedule) -> int:
    """How many things happen in it."""
    return len(schedule.placements) + len(schedule.happenings) + len(schedule.strikes)


def test_shrinks_a_finding_until_nothing_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS["mail-without-claim"]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)
    schedules = (random_schedule(seed) for seed in range(1, 200))
    broken = next(schedule for schedule in schedules if played(schedule).problems)

    finding = shortest(broken)

    assert finding.problems
    assert parts(finding.schedule) < parts(broken)
    assert not any(played(less).problems for less in with_one_less(finding.schedule))
    assert f"seed {broken.seed}" in str(finding)
