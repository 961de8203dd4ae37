"""The application and the model give the same answers, on the in-memory store."""

import pytest

from tests.stateful.running import run

SOME, MANY = 20, 400
STEPS = 40
SEEN = {"completed", "cancelled", "failed", "applied", "stale", "superseded"}


def test_some_sequences_are_answered_as_predicted() -> None:
    assert run(examples=SOME, steps=STEPS)


@pytest.mark.proof
def test_many_sequences_are_answered_as_predicted() -> None:
    seen = run(examples=MANY, steps=STEPS)
    assert seen.keys() >= SEEN
    assert any(outcome.startswith("rejected: ") for outcome in seen)
