"""How many functions this machine runs at once, and how many workers it keeps.

AWS runs a thousand executions at once; here each is a process, and a burst of a few hundred orders
would take all memory. So a burst waits for its turn: it is over no later, since the processors are
the same. Nothing is throttled, for want of processors is no fault of the workflow's.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_RUNNING = min(32, 8 * (os.cpu_count() or 1))
"""Each waits for the emulator about half of its time; more would only stand in each other's way."""

_WORKER_BYTES = 25 * 2**20
_MEMORY_BYTES = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

MOST_KEPT = max(2 * MOST_RUNNING, _MEMORY_BYTES // 6 // _WORKER_BYTES)
"""Workers in all, running and resting: a sixth of the memory. The more workers rest, the fewer
must be started when a burst reaches its next function.
"""

_turns = threading.BoundedSemaphore(MOST_RUNNING)


@contextmanager
def turn(*, nested: bool) -> Iterator[None]:
    """Wait until a function may run. One that another function calls goes at once: its caller holds
    a turn until it is answered, so waiting for one could be for ever.
    """
    if nested:
        yield
        return
    with _turns:
        yield


def make_room() -> None:
    """End those workers that have rested longest, as far as there are too many."""
    from ministack.core import lambda_runtime

    lambda_runtime.kill_workers(_surplus())


def _surplus() -> list[object]:
    """Remove workers from their pools, so that no invocation uses them again."""
    from ministack.core import lambda_runtime

    pools = lambda_runtime._workers
    with lambda_runtime._lock:
        resting = [w for pool in pools.values() for w in pool if not w.in_use]
        resting.sort(key=lambda worker: worker.last_used)
        too_many = max(0, sum(map(len, pools.values())) - MOST_KEPT)
        surplus = resting[:too_many]
        for pool in pools.values():
            pool[:] = [worker for worker in pool if worker not in surplus]
    return surplus
