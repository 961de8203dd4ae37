"""Maps tests to fixes, so that the same tests also run against the stock emulator."""

from collections.abc import Callable

from local.emulator.fixes import FIXES
from tests.parity.emulators import Emulator

Proof = Callable[[Emulator], None]

PROOFS: dict[str, list[Proof]] = {name: [] for name in FIXES}


def closes(fix: str) -> Callable[[Proof], Proof]:
    """Mark a test as the proof of a fix; it must fail on stock MiniStack."""

    def mark(proof: Proof) -> Proof:
        PROOFS[fix].append(proof)
        return proof

    return mark
