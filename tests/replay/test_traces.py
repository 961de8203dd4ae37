"""Every mutant of the model dies in the code as well, by the very same trace."""

from functools import lru_cache

import pytest

from tests.model.explorer import Violation, explore
from tests.model.invariants import ALIVE
from tests.model.rules import MUTANTS
from tests.replay.code_mutants import CODE_MUTANTS
from tests.replay.replay import Replay

pytestmark = pytest.mark.proof


@lru_cache
def trace(name: str) -> Violation:
    violation = explore(MUTANTS[name].bounds, MUTANTS[name].rules).violation
    assert violation is not None
    return violation


def test_every_mutant_of_the_model_has_its_like_in_the_code() -> None:
    assert list(CODE_MUTANTS) == list(MUTANTS)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_mutated_code_goes_the_whole_trace_and_breaks_the_invariant(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = CODE_MUTANTS[name]
    mutant.apply(monkeypatch)
    replay = Replay(trace(name))

    replay.play()

    assert not replay.untaken, str(replay)
    assert not replay.differing, str(replay)
    assert any(mutant.noticed in problem for problem in replay.problems), str(replay)


@pytest.mark.parametrize("name", MUTANTS)
def test_the_same_trace_breaks_nothing_in_the_code_as_it_is(name: str) -> None:
    replay = Replay(trace(name))

    replay.play()

    assert not replay.problems, str(replay)
    parted = bool(replay.untaken or replay.differing)
    assert parted is (MUTANTS[name].killed_by != ALIVE), str(replay)


def test_a_trace_is_replayed_by_its_own_mutant_and_by_no_other() -> None:
    """So each pair of mutants means the same thing, and not just something that is wrong."""
    doing_harm = [name for name in MUTANTS if MUTANTS[name].killed_by != ALIVE]

    for name in doing_harm:
        assert [other for other in CODE_MUTANTS if replays(name, other)] == [name]


def replays(name: str, other: str) -> bool:
    """Whether the code with another mutant goes the whole trace of a mutant of the model."""
    with pytest.MonkeyPatch.context() as patch:
        CODE_MUTANTS[other].apply(patch)
        replay = Replay(trace(name))
        replay.play()
    return not (replay.untaken or replay.differing)
