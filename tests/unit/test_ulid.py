"""ULIDs: sorted by time, unguessable, in one canonical form."""

import time

import pytest

from lambdas.ulid import is_ulid, new_ulid, ulid_of


@pytest.mark.parametrize(
    ("milliseconds", "randomness", "ulid"),
    [
        (0, 0, "0" * 26),
        (0, 31, "0" * 25 + "Z"),
        (1, 0, "0" * 9 + "1" + "0" * 16),
        (1_469_918_176_385, 0, "01ARYZ6S41" + "0" * 16),  # the example of the specification
        (2**48 - 1, 2**80 - 1, "7" + "Z" * 25),
    ],
)
def test_time_comes_before_randomness(milliseconds: int, randomness: int, ulid: str) -> None:
    assert ulid_of(milliseconds, randomness) == ulid
    assert is_ulid(ulid)


@pytest.mark.parametrize(("milliseconds", "randomness"), [(-1, 0), (2**48, 0), (0, -1), (0, 2**80)])
def test_what_does_not_fit_is_refused(milliseconds: int, randomness: int) -> None:
    with pytest.raises(ValueError, match=r"^a ULID has 48 bits of time and 80 bits of randomness$"):
        ulid_of(milliseconds, randomness)


def test_a_new_ulid_is_of_the_present_and_unlike_every_other() -> None:
    before = ulid_of(time.time_ns() // 1_000_000, 0)
    made = [new_ulid() for _ in range(1000)]
    after = ulid_of(time.time_ns() // 1_000_000, 2**80 - 1)

    assert len(set(made)) == 1000
    assert all(before <= one <= after and is_ulid(one) for one in made)


@pytest.mark.parametrize(
    "text",
    ["", "0" * 25, "0" * 27, "8" + "0" * 25, "0" * 25 + "I", "0" * 25 + "a", "0" * 26 + "\n"],
)
def test_other_texts_are_no_ulids(text: str) -> None:
    assert not is_ulid(text)
