"""One command at a time may change an environment."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.machine.progress import say


@contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """Hold the environment's lock; waits, and says so, while another command holds it.

    The lock belongs to the process: whatever kills it, the lock is free again.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another command is changing this environment; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
