"""Run phases one after another: one line on the terminal for each, their output in a log."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TextIO

from tools.setup.advice import advice_on
from tools.setup.phases import Phase

TAIL_LINES = 15


class PhaseFailed(Exception):
    """A phase ended with an error; the message is printed as it is."""


def run_phases(
    phases: Sequence[Phase],
    *,
    log: Path,
    environment: Mapping[str, str],
    working_directory: Path,
    terminal: TextIO,
) -> None:
    """Run all phases and print the duration of each. Raises PhaseFailed."""
    with log.open("wb") as output:
        for number, phase in enumerate(phases, start=1):
            label = f"[{number}/{len(phases)}] {phase.title}"
            terminal.write(f"{label} … ")
            terminal.flush()
            began, start_of_output = time.monotonic(), _write_title(output, label, phase)
            status = _run(phase, output, environment, working_directory)
            terminal.write(f"{time.monotonic() - began:.1f} s\n")
            if status != 0:
                raise PhaseFailed(_report(label, status, log, start_of_output))


def _write_title(output: IO[bytes], label: str, phase: Phase) -> int:
    output.write(f"\n== {label}\n$ {' '.join(phase.command)}\n".encode())
    output.flush()
    return output.tell()


def _run(
    phase: Phase, output: IO[bytes], environment: Mapping[str, str], working_directory: Path
) -> int:
    try:
        child = subprocess.Popen(
            phase.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=working_directory,
            start_new_session=True,  # the phase ends with its child processes
        )
    except OSError as error:
        output.write(f"cannot start {phase.command[0]}: {error}\n".encode())
        output.flush()
        return 127
    return _wait(child)


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait for a child. An interruption ends the child and its processes."""
    with child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            os.killpg(child.pid, signal.SIGKILL)  # safe: the next set-up starts from the beginning
            child.wait()
            raise


def _report(label: str, status: int, log: Path, start: int) -> str:
    with log.open("rb") as whole:
        whole.seek(start)
        output = whole.read().decode(errors="replace")
    tail = "".join(f"    | {line}\n" for line in output.splitlines()[-TAIL_LINES:])
    return (
        f"\nSet-up failed: {label} (exit status {status}). Its last lines:\n\n{tail}\n"
        f"The complete log: {log}\n\n{advice_on(output)}\n"
        "Then run the same command again.\n"
    )
