"""Print data to stdout and problems to stderr; clean up on signals."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from typing import Any

import httpx
import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.terminal.streams import INTERRUPTED, PIPE_CLOSED, discard
from local.host.folders import HOME_VARIABLE, Folders
from local.host.problems import LocalProblem
from local.host.progress import console


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON object to stdout."""
    print(json.dumps(data, indent=2))


@contextmanager
def report_problems() -> Iterator[None]:
    """Print problems in full and exit with 1; SIGTERM and SIGHUP act like Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except LocalProblem as problem:
        _print_problem(problem)
        raise typer.Exit(1) from None
    except BrokenPipeError:
        discard(sys.stdout)
        raise typer.Exit(PIPE_CLOSED) from None
    except OSError as error:
        discard(sys.stdout)
        _print_problem(_system_problem(error))
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError, httpx.HTTPError) as error:
        log = Folders.default().log("emulator")
        advice = "`python -m local down`, then `up` again"
        _print_problem(LocalProblem("talking to the emulator", str(error), log=log, advice=advice))
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("interrupted; all processes of this command have ended")
        raise typer.Exit(INTERRUPTED) from None


def version(requested: bool) -> None:
    """Print the version and exit, if the option is set."""
    if requested:
        print(f"order-workflow {installed_version('order-workflow')}")
        raise typer.Exit


def _system_problem(error: OSError) -> LocalProblem:
    """The problem of a failed access to a folder, a file or the output."""
    where = error.filename or "writing the output"
    advice = f"check free space and permissions, or set {HOME_VARIABLE} to another folder"
    return LocalProblem(str(where), error.strerror or str(error), advice=advice)


def _print_problem(problem: LocalProblem) -> None:
    console.print(problem.text(), style="red", markup=False, soft_wrap=True)


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001
    raise KeyboardInterrupt
