from pathlib import Path

import pytest

from tests.setup.checkouts import Terminal, a_checkout


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """The terminal of a new clone."""
    return Terminal(a_checkout(tmp_path))
