"""Pause the measurement of coverage."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def without_coverage() -> Iterator[None]:
    """Measure no coverage in the block.

    The mark `no_cover` of pytest-cov stops only one of the two measurements in a worker of xdist.
    """
    paused = []
    while (running := Coverage.current()) is not None:
        running.stop()
        paused.append(running)
    try:
        yield
    finally:
        for coverage in reversed(paused):
            coverage.start()
