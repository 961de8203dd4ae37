"""Programs of this repository as child processes that announce their address.

Each is in a separate session, so that Ctrl-C does not reach it, and prints `{"url": …}` when it is
ready.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.host.folders import REPOSITORY
from local.host.isolation import isolated_environment
from local.host.problems import LocalProblem
from local.host.processes import Process, end
from local.host.waiting import Stalled, wait_until

END_SECONDS = 8


@dataclass(frozen=True, slots=True)
class Program:
    """A running program, and what it announced."""

    process: Process
    announced: Mapping[str, str]

    @property
    def url(self) -> str:
        return self.announced["url"]


def start_program(name: str, module: str, options: Sequence[str], *, log: Path) -> Program:
    """Start `python -m module` and wait until it is ready.

    Raises LocalProblem when it ends, or makes no progress, before it is ready.
    """
    announced = log.with_suffix(".out")
    with log.open("wb") as errors, announced.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=REPOSITORY,
            env=isolated_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    process = Process.of(child.pid)
    advice = f"read the log; `.venv/bin/python -m {module}` starts {name} alone"
    try:
        found = _wait_for_announcement(child, announced, log, f"starting {name}", advice)
    except BaseException:
        if process:
            end(process, patience_seconds=END_SECONDS)
        child.wait()
        raise
    # Another command may end it: wait for it in a thread, so that no zombie remains.
    threading.Thread(target=child.wait, daemon=True).start()
    return Program(process or Process(child.pid, ""), found)


def _wait_for_announcement(
    child: "subprocess.Popen[bytes]", announced: Path, log: Path, phase: str, advice: str
) -> Mapping[str, str]:
    """What the program prints when it is ready."""

    def is_ready() -> bool:
        if child.poll() is not None:
            reason = f"it ended with status {child.returncode}"
            raise LocalProblem(phase, reason, log=log, advice=advice)
        return "\n" in announced.read_text(encoding="utf-8")

    def progress() -> str:
        process = Process.of(child.pid)
        used = process.cpu_seconds() if process else 0
        return f"{used:.0f} s of processor time used, {log.stat().st_size} bytes of log written"

    try:
        wait_until(is_ready, progress)
    except Stalled as stalled:
        raise LocalProblem(phase, str(stalled), log=log, advice=advice) from stalled
    found: Mapping[str, str] = json.loads(announced.read_text(encoding="utf-8").partition("\n")[0])
    return found
