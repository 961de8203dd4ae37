"""Two emulators for the whole directory: with every fix, and stock."""

from collections.abc import Iterator

import pytest

from tests.parity.emulators import Emulator, emulator


@pytest.fixture(scope="session")
def aws() -> Iterator[Emulator]:
    """The emulator with every fix."""
    with emulator() as running:
        yield running


@pytest.fixture(scope="session")
def stock() -> Iterator[Emulator]:
    """Stock MiniStack, without fixes."""
    with emulator("--without", "all") as running:
        yield running
