"""The simulator finds each mutant of the code, by one event or in a few random orders."""

from itertools import count

import pytest

from tests.simulation.runs.interleavings import single_events
from tests.simulation.runs.mutants import MUTANTS
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule

pytestmark = pytest.mark.proof

WITHIN_ORDERS = 6_000


def orders_until_found(first_seed: int = 1) -> int | None:
    """How many orders are simulated until something is wrong; None if nothing ever is."""
    orders = 0
    for seed in count(first_seed):
        run = Run(random_schedule(seed))
        problems = run.execute()
        orders += len(run.world.store.records)
        if problems:
            return orders
        if orders > WITHIN_ORDERS:
            return None
    return None


FOUND_BY_OWN_TESTS = {"takeovers-without-pause", "takeovers-never-reported"}
"""Chance lets hardly any order lose three executions: see test_outages."""


@pytest.mark.parametrize("name", sorted(MUTANTS.keys() - FOUND_BY_OWN_TESTS))
def test_finds_the_mutant(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)

    found = any(single_events()) or orders_until_found()

    assert found, f"{mutant.description}: not found in {WITHIN_ORDERS} orders"
