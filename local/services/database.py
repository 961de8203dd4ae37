"""Transactions of SQLite: each request has its own connection, so threads and processes may share
the file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_SECONDS = 5
"""How long a transaction waits for another one."""


@contextmanager
def transaction(database: Path) -> Iterator[sqlite3.Connection]:
    """Everything in the block is stored, or nothing if it raises an error. No other transaction
    runs in the meantime.
    """
    connection = sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            yield connection
    finally:
        connection.close()
