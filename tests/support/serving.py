"""Runs the servers of `local/services` in a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from local.services.json_server import JsonServer


@contextmanager
def serving(server: JsonServer) -> Iterator[None]:
    """Serve requests until the end of the block."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
