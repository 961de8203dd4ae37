"""Stock MiniStack still needs each fix. A failure here is good news: remove the fix."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.emulator.__main__ import main
from local.emulator.fixes import FIXES
from local.emulator.pinned_version import PINNED_VERSION, WrongVersion, require_pinned_version
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import TESTS_OF_FIX, ParityTest

for _file in Path(__file__).parent.glob("test_*.py"):
    if _file.stem != Path(__file__).stem:
        importlib.import_module(f"tests.parity.{_file.stem}")

_TESTS = {f"{fix}: {test.__name__}": test for fix, tests in TESTS_OF_FIX.items() for test in tests}
_FAILURES = (AssertionError, ClientError, pytest.fail.Exception)


def _failure(test: ParityTest, stock: Emulator) -> BaseException | None:
    try:
        test(stock)
    except _FAILURES as failure:
        return failure
    return None


@pytest.fixture(scope="module")
def failures(stock: Emulator) -> dict[str, BaseException | None]:
    """The failure of every test on stock MiniStack. They mostly wait, so they run concurrently."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        found = list(pool.map(lambda test: _failure(test, stock), _TESTS.values()))
    return dict(zip(_TESTS, found, strict=True))


@pytest.mark.proof
@pytest.mark.parametrize("name", _TESTS)
def test_stock_ministack_still_misbehaves(
    name: str, failures: dict[str, BaseException | None]
) -> None:
    assert failures[name] is not None


def test_every_fix_has_a_test() -> None:
    assert not [fix for fix, tests in TESTS_OF_FIX.items() if not tests]


def test_every_fix_names_its_aws_source_and_an_existing_module() -> None:
    package = Path(importlib.import_module("local.emulator").__file__ or "").parent
    for fix in FIXES.values():
        assert fix.source.startswith(("AWS ", "Amazon "))
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
