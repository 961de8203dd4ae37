"""Processes that outlive the test that started them: an emulator, its functions, a database.

A test stops the processes that it starts, except when its worker crashes or the run is interrupted.
Every process of a run inherits a mark in its environment; the run kills the remaining ones.
"""

import os
import signal
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.host.processes import Process

VARIABLE = "ORDER_WORKFLOW_TEST_RUNS"
"""The marks of this run and of the runs that it is nested in, separated by colons."""

_PROC = Path("/proc")


def mark_run() -> str:
    """Mark all processes that this one starts from now on; returns the mark."""
    mark = uuid.uuid4().hex
    outer = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = f"{outer}:{mark}" if outer else mark
    return mark


def end_leftovers(mark: str) -> list[str]:
    """Kill every process of the run except this one. Returns their command lines.

    Only on Linux: other systems do not show the environment of a process.
    """
    found = [process for process in _marked(mark) if process.pid != os.getpid()]
    commands = [_command(process) for process in found]
    for process in found:
        process.send(signal.SIGKILL)
    return commands


def describe_leftovers(commands: Sequence[str], *, interrupted: bool) -> list[str]:
    """A line for each process that a test left behind. An interrupted test could not end its own:
    one line counts them by the name of their program.
    """
    if not interrupted:
        return [f"ended a process that a test left behind: {one[:120]}" for one in commands]
    programs = Counter(Path(next(iter(one.split()), "unknown")).name for one in commands)
    names = ", ".join(f"{count} {name}" for name, count in programs.most_common())
    return [f"ended the processes of interrupted tests: {names}"] if commands else []


def _marked(mark: str) -> Iterator[Process]:
    pids = _PROC.iterdir() if _PROC.is_dir() else ()
    for entry in pids:
        if entry.name.isdigit() and mark.encode() in _read(entry / "environ"):
            process = Process.of(int(entry.name))
            if process is not None:
                yield process


def _command(process: Process) -> str:
    return _read(_PROC / str(process.pid) / "cmdline").replace(b"\0", b" ").decode(errors="replace")


def _read(file: Path) -> bytes:
    """The content of a file of a process; empty when the process has ended or is another user's."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
