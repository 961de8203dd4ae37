"""Finds the Lambda workers that are at work, and kills them."""

import signal
import time
from pathlib import Path
from random import Random

from local.host.processes import Process, family

BUSY_SECONDS = 3.0
"""How long to search for a worker at work before an idle one is killed."""
_PROC = Path("/proc")
_IDLE = "pipe_read"
"""The kernel function in which a worker waits for its next event."""


def workers(emulator: Process) -> list[Process]:
    """The processes that run functions: the children of the fork server."""
    if not can_tell():
        return family(emulator)[1:]  # elsewhere each worker is started without a fork server
    descendants = {one.pid: one for one in family(emulator)}
    by_command = {pid: _command(pid) for pid in descendants}
    fork_servers = [pid for pid, command in by_command.items() if "fork_server.py" in command]
    parents = {pid: _parent(pid) for pid in descendants}
    first = [pid for pid in fork_servers if parents[pid] == emulator.pid]
    return [descendants[pid] for pid, parent in parents.items() if parent in first]


def kill_one(emulator: Process, rng: Random) -> bool:
    """Kill one worker with SIGKILL, if possible one at work. Returns whether it was at work."""
    give_up = time.monotonic() + BUSY_SECONDS
    running = workers(emulator)
    while not (busy := [one for one in running if is_busy(one)]) and time.monotonic() < give_up:
        time.sleep(0.002)
        running = workers(emulator)
    assert running, "there are no workers to kill"
    rng.choice(busy or running).send(signal.SIGKILL)
    return bool(busy)


def kill_busy(emulator: Process) -> int:
    """Kill every worker at work with SIGKILL, or all workers on a machine without /proc. Returns
    how many were seen at work.
    """
    running = workers(emulator)
    assert running, "there are no workers to kill"
    busy = [one for one in running if is_busy(one)]
    for one in busy if can_tell() else running:
        one.send(signal.SIGKILL)
    return len(busy)


def can_tell() -> bool:
    """Whether this machine has /proc, which shows what a worker is doing."""
    return _PROC.is_dir()


def is_busy(worker: Process) -> bool:
    """Whether a worker does more than wait for its next event. False on a machine without /proc."""
    try:
        where = (_PROC / str(worker.pid) / "wchan").read_text()
    except OSError:
        return False
    return _IDLE not in where


def _command(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[1])
