"""A clock that stands still until it is told to go on, or until somebody sleeps."""

from collections.abc import Callable

from lambdas.domain.ports import Clock

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00.000Z, the present of every unit test."""


class FakeClock(Clock):
    """Sleeping moves it; `during_sleep` is what the rest of the world does meanwhile."""

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
        """Let time pass without anybody sleeping."""
        self._now += int(seconds * 1000)
