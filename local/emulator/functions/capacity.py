"""Limits of concurrent functions and of workers on this machine.

AWS runs a thousand functions concurrently; here each is a process, and a burst of a few hundred
orders would exhaust the memory. Calls above the limit wait, which takes no longer on the same
processors. They are not throttled: a slow machine is not a fault to test the workflow with.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_RUNNING = min(32, 8 * (os.cpu_count() or 1))
"""Each waits for the emulator about half of its time; more would only compete for processors."""

_WORKER_BYTES = 25 * 2**20
_MEMORY_BYTES = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

MOST_KEPT = max(2 * MOST_RUNNING, _MEMORY_BYTES // 6 // _WORKER_BYTES)
"""Maximum number of running and idle workers, for a sixth of the memory. Idle workers avoid
starts when a burst reaches its next function.
"""

_slots = threading.BoundedSemaphore(MOST_RUNNING)


@contextmanager
def slot(*, nested: bool) -> Iterator[None]:
    """Wait for a free slot and hold it. A function that another one calls needs no slot: its caller
    holds one until it returns, so waiting could deadlock.
    """
    if nested:
        yield
        return
    with _slots:
        yield


def make_room() -> None:
    """End the longest idle workers above the limit."""
    from ministack.core import lambda_runtime

    lambda_runtime.kill_workers(_surplus())


def _surplus() -> list[object]:
    """Remove workers from their pools, so that no invocation uses them again."""
    from ministack.core import lambda_runtime

    pools = lambda_runtime._workers
    with lambda_runtime._lock:
        idle = [w for pool in pools.values() for w in pool if not w.in_use]
        idle.sort(key=lambda worker: worker.last_used)
        surplus_count = max(0, sum(map(len, pools.values())) - MOST_KEPT)
        surplus = idle[:surplus_count]
        for pool in pools.values():
            pool[:] = [worker for worker in pool if worker not in surplus]
    return surplus
