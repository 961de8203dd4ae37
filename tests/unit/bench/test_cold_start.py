from pathlib import Path

import pytest

from bench.cold_start.programs import BARE, PROGRAMS, REFERENCE
from bench.cold_start.sampling import Sampler


@pytest.mark.proof
def test_programs_are_measured_relative_to_the_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(PROGRAMS) - {BARE, REFERENCE, "activities.payment"}:
        monkeypatch.delitem(PROGRAMS, name)

    starts = {(one.name, one.compiled): one for one in Sampler(tmp_path).measure(rounds=1)}

    assert starts.keys() == {(name, yes) for name in PROGRAMS for yes in (True, False)}
    assert starts[REFERENCE, True].ratio == 1
    assert starts[BARE, True].modules == 0
    payment = starts["activities.payment", True]
    assert payment.modules > 200
    assert starts["activities.payment", False].modules == payment.modules


def test_a_program_that_fails_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROGRAMS, BARE, "import no_such_module")

    with pytest.raises(RuntimeError, match="no_such_module"):
        Sampler(tmp_path)
