"""Two things go wrong in one order: every pair of single faults, every invariant."""

import pytest

from tests.simulation.fault_pairs import SINGLES, all_pairs, wrong

pytestmark = pytest.mark.proof

SHARES = 6
"""Number of tests that the pairs are divided into, so that workers can run them in parallel."""


@pytest.mark.parametrize("share", range(SHARES))
def test_no_pair_of_faults_breaks_anything(share: int) -> None:
    found = [problem for pair in list(all_pairs())[share::SHARES] for problem in wrong(pair)]

    assert found == []


def test_there_is_a_pair_of_everything() -> None:
    assert len(SINGLES) == 98
    assert len(list(all_pairs())) == 98 * 99 // 2
