"""ULIDs: identifiers that sort by their time of making. (Specification: github.com/ulid/spec)"""

import re
import time
from secrets import randbits

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
"""The canonical form: 26 capitals and digits, of which the first ten encode the millisecond."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_RANDOM_BITS = 80


def new_ulid() -> str:
    """A ULID of the present millisecond; its 80 random bits cannot be guessed."""
    return ulid_of(time.time_ns() // 1_000_000, randbits(_RANDOM_BITS))


def ulid_of(milliseconds: int, randomness: int) -> str:
    """The ULID of an instant (epoch milliseconds, 48 bits) and 80 random bits.

    Raises ValueError when either does not fit.
    """
    if not 0 <= milliseconds < 1 << 48 or not 0 <= randomness < 1 << _RANDOM_BITS:
        raise ValueError("a ULID has 48 bits of time and 80 bits of randomness")
    number = milliseconds << _RANDOM_BITS | randomness
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def is_ulid(text: str) -> bool:
    """True for the canonical form only: one order has one address."""
    return ULID.fullmatch(text) is not None
