"""The tests of each fix. They pass on the emulator and must fail on stock MiniStack."""

from collections.abc import Callable

from local.emulator.fixes import FIXES
from tests.parity.emulators import Emulator

ParityTest = Callable[[Emulator], None]

TESTS_OF_FIX: dict[str, list[ParityTest]] = {name: [] for name in FIXES}


def covers_fix(fix: str) -> Callable[[ParityTest], ParityTest]:
    """Mark a test that fails without the fix."""

    def mark(test: ParityTest) -> ParityTest:
        TESTS_OF_FIX[fix].append(test)
        return test

    return mark
