"""Start worker processes: forked from a warm parent on Linux, as new processes elsewhere."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TextIO

_HERE = Path(__file__).parent
_PID_BYTES = 8
_CAN_FORK = sys.platform == "linux"

_lock = threading.Lock()
_running: "list[tuple[socket.socket, subprocess.Popen[bytes]]]" = []


def start_fork_server() -> None:
    """Start the warm parent. Call it from the main thread, which outlives all workers: Linux sends
    the parent-death signal when the *thread* that started the process ends.
    """
    if not _CAN_FORK:
        return
    parent, child = socket.socketpair()
    command = [sys.executable, "-I", str(_HERE / "fork_server.py"), str(child.fileno())]
    fork_server = subprocess.Popen(command, pass_fds=[child.fileno()], start_new_session=True)
    child.close()
    _running.append((parent, fork_server))


def stop_fork_server() -> None:
    """End the warm parent; its workers end with it."""
    for _, fork_server in _running:
        fork_server.kill()
        fork_server.wait()


class Process:
    """A worker, with the part of ``subprocess.Popen`` that MiniStack uses."""

    def __init__(self) -> None:
        worker_in, emulator_in = os.pipe()
        emulator_out, worker_out = os.pipe()
        emulator_err, worker_err = os.pipe()
        self.pid = _fork([worker_in, worker_out, worker_err])
        self.stdin: TextIO = os.fdopen(emulator_in, "w", encoding="utf-8", buffering=1)
        self.stdout: TextIO = os.fdopen(emulator_out, encoding="utf-8")
        self.stderr: TextIO = os.fdopen(emulator_err, encoding="utf-8", errors="replace")
        self.returncode: int | None = None
        self._handle = _handle_of(self.pid)

    def poll(self) -> int | None:
        """None while it runs, then always -1: the real exit status is unknown."""
        return self._poll_end(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends; raises ``subprocess.TimeoutExpired`` like Popen."""
        status = self._poll_end(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(["lambda worker"], timeout or 0)
        return status

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def _poll_end(self, timeout: float | None) -> int | None:
        if self._handle is not None:
            ended = select.poll()  # unlike select(), it takes descriptors above 1,023
            ended.register(self._handle, select.POLLIN)
            if not ended.poll(None if timeout is None else timeout * 1000):
                return None
            os.close(self._handle)
            self._handle = None
        self.returncode = -1
        return self.returncode


def _fork(descriptors: list[int]) -> int:
    try:
        with _lock:
            requests, _ = _running[0]
            socket.send_fds(requests, [b"w"], descriptors)
            return int.from_bytes(requests.recv(_PID_BYTES, socket.MSG_WAITALL), "big")
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _handle_of(pid: int) -> int | None:
    """A handle that stays valid if the pid is reused; None if the process has ended."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def cpu_ticks(pid: int) -> int:
    """The processor time that a process has used; 0 where there is no ``/proc``. (proc(5))"""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def start_worker() -> "Process | subprocess.Popen[str]":
    """A new worker process that waits for its start-up message."""
    if _CAN_FORK:
        return Process()
    return subprocess.Popen(
        [sys.executable, "-I", str(_HERE / "worker_program.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
