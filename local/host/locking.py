"""A lock: only one command at a time changes an environment."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.host.progress import say


@contextmanager
def exclusive_lock(lock_file: Path) -> Iterator[None]:
    """Hold the environment's lock; waits with a message while another command holds it.

    The operating system releases the lock when the process ends, even if it is killed.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another command is changing this environment; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
