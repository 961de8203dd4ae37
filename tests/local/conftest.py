"""These tests talk to nobody: what opens a socket fails, in the test that opened it."""

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Block sockets for the length of each test (`socket_disabled` is pytest-socket's)."""
