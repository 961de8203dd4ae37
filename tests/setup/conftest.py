from pathlib import Path

import pytest

from tests.setup.checkouts import Terminal, a_checkout


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """In a checkout where nothing is installed."""
    return Terminal(a_checkout(tmp_path))
