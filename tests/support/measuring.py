"""Pauses the measurement of coverage."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def unmeasured() -> Iterator[None]:
    """Measure no coverage in the block.

    pytest-cov's own mark for it (`no_cover`) stops one measurement of two that it runs in a worker
    of xdist; the other one continues.
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
