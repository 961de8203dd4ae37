"""Interrupted and concurrent set-ups, as real processes."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.setup.checkouts import Terminal
from tools.setup.checkout import Checkout

ROOT = Path(__file__).resolve().parents[2]

SLOW_SET_UP = """
import signal, sys
from pathlib import Path
from tools.setup.checkout import Checkout
from tools.setup.provision import set_up
from tests.setup.checkouts import a_phase, installs_everything
signal.signal(signal.SIGTERM, signal.default_int_handler)
checkout = Checkout(Path(sys.argv[1]))
slow = a_phase(
    "downloading", "import os, pathlib, time; open('child', 'w').write(str(os.getpid()));"
    "[time.sleep(0.01) for _ in iter(lambda: pathlib.Path('go-on').exists(), True)]")
sys.exit(set_up(checkout, plan=lambda c: [*installs_everything(c), slow]))
"""


def a_running_set_up(checkout: Checkout) -> subprocess.Popen[str]:
    """Start a set-up. Returns once its last phase has begun, which ends after `finish`."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SET_UP, str(checkout.root)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    begun = checkout.root / "child"
    while not (begun.exists() and begun.read_text()):
        assert process.poll() is None, "the set-up ended before its last phase"
        time.sleep(0.02)
    return process


def finish(checkout: Checkout) -> None:
    """Let the last phase of a set-up end."""
    (checkout.root / "go-on").touch()


class _Screen(io.StringIO):
    """Calls `at_text` when a set-up prints its first line, which says that it waits."""

    def __init__(self, at_text: Callable[[], None]) -> None:
        super().__init__()
        self._at_text = at_text

    def write(self, text: str) -> int:
        self._at_text()
        return super().write(text)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_set_up_ends_its_child_and_leaves_no_stamp(terminal: Terminal) -> None:
    process = a_running_set_up(terminal.checkout)
    child = int((terminal.checkout.root / "child").read_text())

    process.send_signal(signal.SIGTERM)
    said = process.communicate()[1]

    assert process.returncode == 130
    assert "Set-up was interrupted. Run the same command again" in said
    assert not terminal.checkout.is_current()
    assert not _is_running(child)


def test_the_set_up_after_a_killed_one_starts_from_the_beginning(terminal: Terminal) -> None:
    process = a_running_set_up(terminal.checkout)
    process.kill()
    finish(terminal.checkout)  # the phase outlives the set-up, and keeps its standard error open
    process.communicate()

    assert not terminal.checkout.is_current()
    assert not terminal.checkout.venv_is_usable()
    assert terminal.set_up(lambda _: []) == 0
    assert terminal.checkout.is_current()


def test_two_set_ups_at_once_install_once(terminal: Terminal) -> None:
    process = a_running_set_up(terminal.checkout)
    terminal.screen = _Screen(lambda: finish(terminal.checkout))

    assert terminal.set_up() == 0
    process.communicate()

    assert process.returncode == 0
    assert "another set-up of this checkout is running: waiting for it" in terminal.shown
    assert terminal.provisions == 0
