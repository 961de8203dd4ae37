"""Processes by pid and start time: a pid may belong to another process after a reboot or crash."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_POLL_SECONDS = 0.05
_KILL_SECONDS = 60.0
"""The system ends a killed process at once, except while it waits for a device."""


@dataclass(frozen=True, slots=True)
class Process:
    """The pid and the start time of a process, which together are unique."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """The running process with this pid; None if there is none, or a zombie."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started)

    @property
    def runs(self) -> bool:
        return _start_time(self.pid) == self.started

    def cpu_seconds(self) -> float:
        """The processor time that the process has used, without its children; 0 after its end."""
        return _cpu_seconds(self.pid) if self.runs else 0.0

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it is still the same process."""
        if self.runs:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


def family(process: Process) -> list[Process]:
    """The process and its descendants that are still running."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, open_pids = [process], [process.pid]
    while open_pids:
        for pid in children.get(open_pids.pop(), []):
            if child := Process.of(pid):
                found.append(child)
                open_pids.append(pid)
    return [member for member in found if member.runs]


def end(process: Process, *, patience_seconds: float) -> list[Process]:
    """Send SIGTERM to a process and, if its family still runs after `patience_seconds`, SIGKILL to
    the family. Returns the processes that run even then.
    """
    members = family(process)
    process.send(signal.SIGTERM)
    left = wait_until_gone(members, patience_seconds)
    for member in left:
        member.send(signal.SIGKILL)
    return wait_until_gone(left, _KILL_SECONDS)


def wait_until_gone(members: Iterable[Process], seconds: float) -> list[Process]:
    """Wait for processes to end; returns those that are still running."""
    until = time.monotonic() + seconds
    left = [member for member in members if member.runs]
    while left and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
        left = [member for member in left if member.runs]
    return left


def _start_time(pid: int) -> str | None:
    if _PROC.is_dir():
        fields = _stat(pid)
        return None if fields is None or fields[0] == "Z" else fields[19]
    answer = _ps("-o", "stat=,lstart=", "-p", str(pid)).strip()
    return None if not answer or answer.startswith("Z") else answer.split(maxsplit=1)[1]


def _parents() -> list[tuple[int, int]]:
    """(pid, parent's pid) of all processes."""
    if not _PROC.is_dir():
        lines = _ps("-A", "-o", "pid=,ppid=").splitlines()
        return [(int(pid), int(parent)) for pid, parent in (line.split() for line in lines)]
    pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    known = [(pid, _stat(pid)) for pid in pids]
    return [(pid, int(fields[1])) for pid, fields in known if fields]


def _cpu_seconds(pid: int) -> float:
    if _PROC.is_dir():
        fields = _stat(pid)
        return 0.0 if fields is None else (int(fields[11]) + int(fields[12])) / _TICKS
    return as_seconds(_ps("-o", "time=", "-p", str(pid)).strip())


def as_seconds(time: str) -> float:
    """The seconds of `[[days-]hours:]minutes:seconds`, as ps prints processor time."""
    days, _, clock = time.rpartition("-")
    seconds = 0.0
    for part in clock.split(":"):
        seconds = 60 * seconds + float(part or 0)
    return seconds + 86_400 * int(days or 0)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, which may contain any character."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
