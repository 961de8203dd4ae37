"""Wait as long as there is progress. On a busy machine everything takes longer, so no wait has a
time limit: it ends when the observed progress stays the same.
"""

import time
from collections.abc import Callable

STALL_SECONDS = 180.0
"""Without progress for this long, a wait fails. Longer than every pause of the workflow in a local
environment: the janitor recovers a waiting order within two minutes.
"""
POLL_SECONDS = 0.1
_CHECK_SECONDS = 1.0
"""Seconds between two observations of the progress."""

Pause = Callable[[float], object]


class Stalled(Exception):
    """There was no progress for STALL_SECONDS; `seen` describes the last observation."""

    def __init__(self, seen: str) -> None:
        super().__init__(f"no progress for {STALL_SECONDS:.0f} s; last seen: {seen}")
        self.seen = seen


class ProgressWatch:
    """Raises Stalled when an observation stays the same for STALL_SECONDS of checks.

    Time without a check does not count: a process that gets no processor cannot see progress.
    """

    def __init__(self, observe: Callable[[], str]) -> None:
        self._observe = observe
        self._seen: str | None = None
        self._unchanged_seconds = 0.0

    def check(self) -> None:
        """Observe once. Call it every _CHECK_SECONDS."""
        seen = self._observe()
        self._unchanged_seconds += _CHECK_SECONDS
        if seen != self._seen:
            self._seen, self._unchanged_seconds = seen, 0.0
        if self._unchanged_seconds >= STALL_SECONDS:
            raise Stalled(seen)


def wait_until(
    holds: Callable[[], bool], observe: Callable[[], str], *, pause: Pause = time.sleep
) -> None:
    """Poll until the condition holds. Raises Stalled when `observe` returns the same text for
    STALL_SECONDS.
    """
    watch = ProgressWatch(observe)
    polls = 0
    while not holds():
        pause(POLL_SECONDS)
        polls += 1
        if polls % round(_CHECK_SECONDS / POLL_SECONDS) == 0:
            watch.check()
