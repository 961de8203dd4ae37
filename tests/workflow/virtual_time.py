"""Virtual time: it passes only in a sleep or when the scenario advances it.

Fifteen minutes of waiting cost nothing, and a slow machine cannot make a deadline pass early.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

POLL_SECONDS = 0.002
GRACE_SECONDS = 1
FOR_EVER_SECONDS = 10_000_000
START = 1_900_000_000_000


@dataclass(eq=False, slots=True)
class Wait:
    """A thread that waits for `event`, at most until `due` (epoch ms), while `alive` holds."""

    event: threading.Event
    due: float
    alive: Callable[[], bool]
    for_token: bool

    def over(self, now: float) -> bool:
        return self.event.is_set() or now >= self.due or not self.alive()


class VirtualClock:
    """The clock of handlers, engine and SDK alike. Instants are epoch milliseconds."""

    def __init__(self) -> None:
        self._now = float(START)
        self._lock = threading.Lock()
        self._waits: set[Wait] = set()

    def now(self) -> int:
        return int(self._now)

    def sleep(self, seconds: float) -> None:
        """Sleep: the time passes for all threads."""
        with self._lock:
            self._now += seconds * 1000

    def advance_to(self, instant: float) -> None:
        with self._lock:
            self._now = max(self._now, instant)

    def wait(
        self,
        event: threading.Event,
        seconds: float,
        *,
        alive: Callable[[], bool] = lambda: True,
        for_token: bool = False,
    ) -> bool:
        """Wait for the event. False if `seconds` pass first, or the wait was given up."""
        if seconds > FOR_EVER_SECONDS:
            return threading.Event.wait(event)
        wait = Wait(event, self._now + seconds * 1000, alive, for_token)
        with self._listed(wait):
            while not wait.over(self._now):
                threading.Event.wait(event, POLL_SECONDS)
        return event.is_set()

    def waiting_for_tokens(self) -> int:
        """Tasks that wait for their token and have no reason yet to wake up."""
        return sum(wait.for_token for wait in self._open())

    def next_due(self) -> float | None:
        """When the next wait runs out by itself."""
        return min((wait.due for wait in self._open()), default=None)

    def _open(self) -> list[Wait]:
        with self._lock:
            return [wait for wait in self._waits if not wait.over(self._now)]

    @contextmanager
    def _listed(self, wait: Wait) -> Iterator[None]:
        with self._lock:
            self._waits.add(wait)
        try:
            yield
        finally:
            with self._lock:
                self._waits.discard(wait)


class VirtualEvent(threading.Event):
    """An event whose timeouts are virtual seconds: a little later than asked for, so that a wait
    for the same time inside of this one is over first.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait()
        return self._clock.wait(self, timeout + GRACE_SECONDS)
