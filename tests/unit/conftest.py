"""These tests use no network: a test that opens a socket fails."""

import pytest

from tests.support.world import World


@pytest.fixture(autouse=True)
def no_sockets(socket_disabled: None) -> None:
    """Block sockets for the length of each test (`socket_disabled` is pytest-socket's)."""


@pytest.fixture
def world() -> World:
    """A world of fakes, with ten red mugs in stock."""
    return World()
