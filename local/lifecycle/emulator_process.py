"""The emulator as a child process in a separate session, so that Ctrl-C does not reach it."""

import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx

from local.host.folders import REPOSITORY, Folders
from local.host.isolation import isolated_environment
from local.host.problems import LocalProblem
from local.host.processes import Process, end
from local.host.progress import print_message
from local.host.waiting import STALL_SECONDS, Stalled, wait_until

HOST = "127.0.0.1"
END_SECONDS = 8
_ADVICE = "read the log; `.venv/bin/python -m local.emulator` starts the emulator alone"


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator."""

    process: Process
    url: str


def start(folders: Folders, port: int, dynamodb: str = "") -> Emulator:
    """Start the emulator and wait until it is ready; `port` 0 means any free one, `dynamodb` is
    the address of the tables if they are not in the emulator.

    Raises LocalProblem when it ends, or makes no progress, before it is ready.
    """
    log = folders.log("emulator")
    announced = log.with_suffix(".out")
    options = ["--port", str(_free_port(port)), *(["--dynamodb", dynamodb] if dynamodb else [])]
    with log.open("wb") as errors, announced.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", *options],
            cwd=REPOSITORY,
            env=isolated_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    process = Process.of(child.pid)
    try:
        url = _wait_for_url(child, announced, log)
    except BaseException:
        if process:
            end(process, patience_seconds=END_SECONDS)
        child.wait()
        raise
    # Another command may end it: wait for it in a thread, so that no zombie remains.
    threading.Thread(target=child.wait, daemon=True).start()
    return Emulator(process or Process(child.pid, ""), url)


def is_healthy(url: str) -> bool:
    """Whether a healthy emulator responds at this address."""
    try:
        return httpx.get(f"{url}/_local/about", timeout=STALL_SECONDS, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _wait_for_url(child: "subprocess.Popen[bytes]", announced: Path, log: Path) -> str:
    """The address that the emulator prints when it is ready."""

    def is_ready() -> bool:
        if child.poll() is not None:
            reason = f"the emulator ended with status {child.returncode}"
            raise LocalProblem("starting the emulator", reason, log=log, advice=_ADVICE)
        return "\n" in announced.read_text(encoding="utf-8")

    def progress() -> str:
        process = Process.of(child.pid)
        used = process.cpu_seconds() if process else 0
        return f"{used:.0f} s of processor time used, {log.stat().st_size} bytes of log written"

    try:
        wait_until(is_ready, progress)
    except Stalled as stalled:
        problem = LocalProblem("starting the emulator", str(stalled), log=log, advice=_ADVICE)
        raise problem from stalled
    return str(json.loads(announced.read_text(encoding="utf-8").partition("\n")[0])["url"])


def _free_port(port: int) -> int:
    """The wanted port, or 0 (any) with a message if it is in use."""
    try:
        with socket.create_server((HOST, port)):
            return port
    except OSError:
        print_message(f"[yellow]port {port} is taken; choosing a free one[/]")
        return 0
