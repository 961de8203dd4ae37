import pytest

from tests.support.world import World


@pytest.fixture
def world() -> World:
    """Fakes all around, ten red mugs on the shelf."""
    return World()
