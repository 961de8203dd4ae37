"""Locks between processes: only one command at a time changes an environment."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.host.progress import print_message

_WAITING = "another command is changing this environment; waiting for it …"


@contextmanager
def exclusive_lock(lock_file: Path, waiting: str = _WAITING) -> Iterator[None]:
    """Hold a lock; prints `waiting` and waits while another command holds it.

    The operating system releases the lock when the process ends, even if it is killed.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print_message(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
