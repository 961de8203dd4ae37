"""A run that is interrupted or loses a worker ends with a summary and leaves no process behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.host.processes import Process

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 600
"""A run that does not end by then hangs."""

KILLS_ITS_WORKER = """
import os, subprocess

def test_before(): assert True

def test_that_kills_its_worker():
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    open("left.pid", "w").write(str(left.pid))
    os.kill(os.getpid(), 9)

def test_after(): assert True
"""
WAITS = """
import subprocess, time

def test_that_waits():
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    open("left.pid", "w").write(str(left.pid))
    time.sleep(600)
"""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        not Path("/proc").is_dir(), reason="only Linux shows the environment of a process"
    ),
]


def start(folder: Path, test: str, *, workers: int) -> "subprocess.Popen[str]":
    """Begin a run of one test file in its own folder."""
    (folder / "test_some.py").write_text(test)
    options = ["-p", "tests.conftest", "-n", str(workers), "--rootdir", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, "test_some.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def left_behind(folder: Path) -> Process | None:
    """The process that the test started, if it still runs."""
    return Process.of(int((folder / "left.pid").read_text()))


def test_a_lost_worker_fails_its_test_alone_and_the_run_ends(tmp_path: Path) -> None:
    run = start(tmp_path, KILLS_ITS_WORKER, workers=2)
    output, _ = run.communicate(timeout=PATIENCE_SECONDS)

    assert "1 failed, 2 passed" in output
    assert "crashed while running 'test_some.py::test_that_kills_its_worker'" in output
    assert run.returncode == 1
    assert left_behind(tmp_path) is None
    assert "ended a process that a test left behind: sleep 600" in output


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_that_is_asked_to_end_leaves_no_process_behind(workers: int, tmp_path: Path) -> None:
    run = start(tmp_path, WAITS, workers=workers)
    until = time.monotonic() + PATIENCE_SECONDS
    while not (tmp_path / "left.pid").exists() or not (tmp_path / "left.pid").read_text():
        assert time.monotonic() < until, "the test did not start"
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=PATIENCE_SECONDS)

    assert run.returncode == 2, output
    assert left_behind(tmp_path) is None
    assert output.count("ended the processes of interrupted tests: ") == 1, output
    assert "that a test left behind" not in output
