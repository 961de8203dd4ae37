"""Widely, on the in-memory store."""

import pytest

from tests.stateful.running import run
from tests.stateful.surroundings import InMemory

EXAMPLES, STEPS = 400, 40
SEEN = {"completed", "cancelled", "failed", "applied", "stale", "superseded"}


@pytest.mark.slow
def test_every_sequence_on_the_in_memory_store_is_answered_as_predicted() -> None:
    seen = run(InMemory, examples=EXAMPLES, steps=STEPS)
    assert seen.keys() >= SEEN | {"rejected: insufficient stock", "rejected: unknown SKU"}
