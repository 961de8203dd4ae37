"""These tests use no network: a test that opens a socket fails."""

import pytest


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Disable sockets in each test (`socket_disabled` is a fixture of pytest-socket)."""
