"""Two emulators for the whole directory: with every fix, and stock."""

from collections.abc import Iterator

import pytest

from tests.parity.emulators import STOCK_PATIENCE_SECONDS, Emulator, emulator


@pytest.fixture(scope="session")
def aws() -> Iterator[Emulator]:
    """The emulator with every fix."""
    with emulator() as running:
        yield running


@pytest.fixture(scope="session")
def stock() -> Iterator[Emulator]:
    """Stock MiniStack, without fixes."""
    with emulator("--without", "all", patience=STOCK_PATIENCE_SECONDS) as running:
        yield running
