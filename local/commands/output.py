"""Data to standard output, problems to standard error, and signals that clean up."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError

from local.machine.folders import Folders
from local.machine.problems import LocalProblem
from local.machine.progress import console

INTERRUPTED = 130


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(data, indent=2))


@contextmanager
def reported() -> Iterator[None]:
    """Tell problems in full and exit with 1; a signal ends the command as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        yield
    except LocalProblem as problem:
        _tell(problem)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError, httpx.HTTPError) as error:
        log = Folders.default().log("emulator")
        advice = "`python -m local down`, then `up` again; tell us if it stays"
        _tell(LocalProblem("talking to the emulator", str(error), log=log, advice=advice))
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("interrupted; nothing is left running that this command started")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        sys.stdout.flush()


def _tell(problem: LocalProblem) -> None:
    console.print(problem.text(), style="red", markup=False, soft_wrap=True)


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001
    raise KeyboardInterrupt
