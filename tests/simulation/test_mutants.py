"""The simulator can fail: each mutant of the code under test is found by a few orders."""

from itertools import count

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.random_schedule import random_schedule
from tests.simulation.story import Story

pytestmark = pytest.mark.proof

WITHIN_ORDERS = 6_000


def orders_until_found(first_seed: int = 1) -> int | None:
    """How many orders are simulated until something is wrong; None if nothing ever is."""
    orders = 0
    for seed in count(first_seed):
        story = Story(random_schedule(seed))
        problems = story.play()
        orders += len(story.world.store.records)
        if problems:
            return orders
        if orders > WITHIN_ORDERS:
            return None
    return None


BY_THEIR_OWN_STORIES = {"takeovers-without-pause", "takeovers-never-reported"}
"""Chance lets hardly any order lose three executions: see test_outages."""


@pytest.mark.parametrize("name", sorted(MUTANTS.keys() - BY_THEIR_OWN_STORIES))
def test_finds_the_mutant(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    monkeypatch.setattr(mutant.target, mutant.name, mutant.replacement)

    found = orders_until_found()

    assert found is not None, f"{mutant.story}: not found in {WITHIN_ORDERS} orders"
