"""A wait has no time limit; it fails when nothing changes any longer."""

from collections.abc import Iterator
from itertools import count, repeat

import pytest

from local.host.waiting import POLL_SECONDS, STALL_SECONDS, Stalled, wait_until

CHECKS = round(STALL_SECONDS)


class Clock:
    """Counts the seconds of all pauses; the condition holds after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.passed = 0.0
        self._seconds = seconds

    def pause(self, seconds: float) -> None:
        self.passed += seconds

    def holds(self) -> bool:
        return self.passed >= self._seconds


def wait(clock: Clock, observations: Iterator[object]) -> None:
    wait_until(clock.holds, lambda: str(next(observations)), pause=clock.pause)


def test_a_condition_that_holds_needs_no_pause() -> None:
    clock = Clock(0)

    wait(clock, repeat("same"))

    assert clock.passed == 0


@pytest.mark.parametrize("checks", [1, CHECKS - 1], ids=["steady", "rare"])
def test_a_wait_of_any_length_succeeds_while_there_is_progress(checks: int) -> None:
    clock = Clock(20 * STALL_SECONDS)

    wait(clock, (number // checks for number in count()))

    assert clock.holds()


def test_a_wait_without_progress_fails_with_the_last_observation() -> None:
    clock = Clock(20 * STALL_SECONDS)
    observations = iter(["starting", "half way", *["stuck"] * 10 * CHECKS])

    with pytest.raises(Stalled, match="no progress for 180 s; last seen: stuck"):
        wait(clock, observations)

    assert STALL_SECONDS < clock.passed < STALL_SECONDS + 10


def test_slow_checks_do_not_shorten_the_patience() -> None:
    polls = round(STALL_SECONDS / POLL_SECONDS)
    answers = iter([*[False] * (polls - 1), True])

    wait_until(lambda: next(answers), lambda: "same", pause=lambda _: None)
