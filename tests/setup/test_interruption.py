"""Set-ups that are stopped half-way, and set-ups that meet each other: real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.setup.checkouts import Terminal
from tools.setup.checkout import Checkout

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120
"""A set-up that takes longer hangs."""

SLOW_SET_UP = """
import signal, sys
from pathlib import Path
from tools.setup.checkout import Checkout
from tools.setup.provision import set_up
from tests.setup.checkouts import a_phase, installs_everything
signal.signal(signal.SIGTERM, signal.default_int_handler)
checkout = Checkout(Path(sys.argv[1]))
slow = a_phase("downloading", "import os, time; open('child', 'w').write(str(os.getpid()));"
    f"time.sleep({sys.argv[2]})")
sys.exit(set_up(checkout, plan=lambda c: [*installs_everything(c), slow]))
"""


def a_set_up_under_way(checkout: Checkout, *, seconds: float) -> subprocess.Popen[str]:
    """One whose last phase takes that long; returns once that phase has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SET_UP, str(checkout.root), str(seconds)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until_written(checkout.root / "child")
    return process


def _wait_until_written(path: Path) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < give_up, "the slow phase never began"
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupted_set_up_ends_its_child_and_leaves_no_stamp(terminal: Terminal) -> None:
    process = a_set_up_under_way(terminal.checkout, seconds=60)
    child = int((terminal.checkout.root / "child").read_text())

    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=PATIENCE_SECONDS)[1]

    assert process.returncode == 130
    assert "Set-up was interrupted. Run the same command again" in said
    assert not terminal.checkout.is_current()
    assert not _is_running(child)


def test_a_set_up_that_was_killed_is_done_again_from_the_ground(terminal: Terminal) -> None:
    process = a_set_up_under_way(terminal.checkout, seconds=0.5)
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)

    assert not terminal.checkout.is_current()
    assert not terminal.checkout.venv_is_sound()
    assert terminal.set_up(lambda _: []) == 0
    assert terminal.checkout.is_current()


def test_two_set_ups_at_once_install_once(terminal: Terminal) -> None:
    process = a_set_up_under_way(terminal.checkout, seconds=0.5)

    assert terminal.set_up() == 0
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    process.communicate()

    assert "another set-up of this checkout is running: waiting for it" in terminal.shown
    assert terminal.provisions == 0
