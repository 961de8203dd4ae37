"""Two things go wrong in one order: every pair of single faults, every invariant."""

import pytest

from tests.simulation.pairs import SINGLES, all_pairs, wrong

pytestmark = pytest.mark.proof

SHARES = 6
"""The pairs are dealt out to so many tests, for workers that run side by side."""


@pytest.mark.parametrize("share", range(SHARES))
def test_no_pair_of_faults_breaks_anything(share: int) -> None:
    found = [problem for pair in list(all_pairs())[share::SHARES] for problem in wrong(pair)]

    assert found == []


def test_there_is_a_pair_of_everything() -> None:
    assert len(SINGLES) == 98
    assert len(list(all_pairs())) == 98 * 99 // 2
