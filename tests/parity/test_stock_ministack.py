"""Does stock MiniStack still need the fixes? A failure here is good news: delete the fix."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.emulator.__main__ import main
from local.emulator.fixes import FIXES
from local.emulator.pinned_version import PINNED_VERSION, WrongVersion, require_pinned_version
from tests.parity import closing
from tests.parity.emulators import Emulator

for _file in Path(__file__).parent.glob("test_*.py"):
    if _file.stem != Path(__file__).stem:
        importlib.import_module(f"tests.parity.{_file.stem}")

_PROOFS = [(fix, proof) for fix, proofs in closing.PROOFS.items() for proof in proofs]
_NAMES = [f"{fix}: {proof.__name__}" for fix, proof in _PROOFS]
_FAILURES = (AssertionError, ClientError, pytest.fail.Exception)


def _failure(proof: closing.Proof, stock: Emulator) -> BaseException | None:
    try:
        proof(stock)
    except _FAILURES as failure:
        return failure
    return None


@pytest.fixture(scope="module")
def failures(stock: Emulator) -> dict[str, BaseException | None]:
    """The failure of every test on stock MiniStack. They mostly wait, so they run concurrently."""
    with ThreadPoolExecutor(max_workers=6) as pool:
        found = list(pool.map(lambda named: _failure(named[1], stock), _PROOFS))
    return dict(zip(_NAMES, found, strict=True))


@pytest.mark.parametrize("name", _NAMES)
def test_stock_ministack_still_misbehaves(
    name: str, failures: dict[str, BaseException | None]
) -> None:
    assert failures[name] is not None


def test_every_fix_has_a_proof() -> None:
    assert not [fix for fix, proofs in closing.PROOFS.items() if not proofs]


def test_every_fix_names_its_aws_source_and_an_existing_module() -> None:
    package = Path(importlib.import_module("local.emulator").__file__ or "").parent
    for fix in FIXES.values():
        assert fix.source.startswith("AWS ")
        assert (package / fix.module).is_file(), fix.name


def test_another_ministack_version_is_refused_with_its_number() -> None:
    require_pinned_version(PINNED_VERSION)
    with pytest.raises(WrongVersion, match=r"found 1\.6\.0"):
        require_pinned_version("1.6.0")


def test_an_unknown_fix_cannot_be_switched_off(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--without", "no-such-fix"])
    assert refused.value.code == 2
    assert "no-such-fix" in capsys.readouterr().err
