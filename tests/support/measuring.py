"""Coverage, and where it rests."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def unmeasured() -> Iterator[None]:
    """Measure no coverage meanwhile.

    pytest-cov's own mark for it (`no_cover`) stops one measurement of two that it runs in a worker
    of xdist, and the other goes on.
    """
    resting = []
    while (running := Coverage.current()) is not None:
        running.stop()
        resting.append(running)
    try:
        yield
    finally:
        for one in reversed(resting):
            one.start()
