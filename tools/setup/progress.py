"""Runs phases one after another: a line for each on the terminal, all their output in a log."""

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
    """A phase ended with an error; the message is ready to be shown to a person."""


def run_phases(
    phases: Sequence[Phase],
    *,
    log: Path,
    environment: Mapping[str, str],
    working_directory: Path,
    terminal: TextIO,
) -> None:
    """Run all phases, each line on the terminal ending in its seconds. Raises PhaseFailed."""
    with log.open("wb") as output:
        for number, phase in enumerate(phases, start=1):
            label = f"[{number}/{len(phases)}] {phase.title}"
            terminal.write(f"{label} … ")
            terminal.flush()
            began, start_of_output = time.monotonic(), _head(output, label, phase)
            status = _run(phase, output, environment, working_directory)
            terminal.write(f"{time.monotonic() - began:.1f} s\n")
            if status != 0:
                raise PhaseFailed(_report(label, status, log, start_of_output))


def _head(output: IO[bytes], label: str, phase: Phase) -> int:
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
            start_new_session=True,  # npm is a process under a process: they end together
        )
    except OSError as error:
        output.write(f"cannot start {phase.command[0]}: {error}\n".encode())
        output.flush()
        return 127
    return _status_of(child)


def _status_of(child: subprocess.Popen[bytes]) -> int:
    """Wait for a child; if that is interrupted, end all that it started."""
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
        said = whole.read().decode(errors="replace")
    tail = "".join(f"    | {line}\n" for line in said.splitlines()[-TAIL_LINES:])
    return (
        f"\nSet-up failed: {label} (exit status {status}). Its last lines:\n\n{tail}\n"
        f"The whole log: {log}\n\n{advice_on(said)}\n"
        "Then run the same command again: set-up repairs what is there.\n"
    )
