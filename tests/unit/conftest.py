"""These tests use no network: a test that opens a socket fails."""

import pytest

from tests.support.world import World


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Block sockets for the length of each test (`socket_disabled` is pytest-socket's)."""


@pytest.fixture
def world() -> World:
    """Fakes all around, ten red mugs on the shelf."""
    return World()
