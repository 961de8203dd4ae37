"""A clock that moves only when a test advances it or code sleeps."""

from collections.abc import Callable

from lambdas.domain.ports import Clock

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00.000Z, the current time of every unit test."""


class FakeClock(Clock):
    """`sleep` advances the time and then calls `during_sleep`, the action of another actor."""

    def __init__(self, now: int = NOW) -> None:
        self._now = now
        self.slept: list[float] = []
        self.during_sleep: Callable[[], object] | None = None

    def now(self) -> int:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        if self.during_sleep is not None:
            self.during_sleep()

    def advance(self, seconds: float) -> None:
        """Advance the time without a sleep."""
        self._now += int(seconds * 1000)
