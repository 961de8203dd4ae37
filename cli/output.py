"""Data on stdout, progress and problems on stderr; colours only on terminals (NO_COLOR, pipes)."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, TypeVar

import typer
from rich.console import RenderableType
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.status import Status

from cli.problems import Problem, Refused
from cli.terminal import err, out
from cli.text import Cell, line, visible, visible_data

Data = TypeVar("Data")


class Format(StrEnum):
    """How a command prints its data."""

    TABLE = "table"
    JSON = "json"


Output = Annotated[
    Format, typer.Option("-o", "--output", help="For people (table), or for scripts (json).")
]


def show(data: Data, format_: Format, render: Callable[[Data], RenderableType]) -> None:
    """Print the data as JSON, or as `render` draws it; what it gets has visible characters only."""
    if format_ is Format.JSON:
        print_json(data)
    else:
        out.print(render(visible_data(data)))


def print_json(data: Any, *, lines: bool = False) -> None:
    """One JSON document on stdout, as it is: no colour, no wrapping; on one line if asked for."""
    typer.echo(json.dumps(data, indent=None if lines else 2))


def print_line(text: str) -> None:
    """One line of text on stdout, never wrapped."""
    typer.echo(visible(text))


def say(text: Cell) -> None:
    """Print a progress message to stderr."""
    err.print(line(text))


def working(on: str) -> Status:
    """A spinner on stderr, where that is a terminal, while the block runs."""
    return err.status(line(visible(on)))


def show_problem(problem: Problem, *, as_json: bool = False) -> None:
    """What went wrong, and what to try next; for scripts as one object, on stderr's last line."""
    if as_json:
        err.print(json.dumps({"error": problem.told()}))
        return
    err.print(line(("✗", "red"), " ", visible(problem.message)))
    err.print(line((f"  → {visible(problem.advice)}", "dim")))


def wants_json(arguments: Iterable[str]) -> bool:
    """Whether a command line says `-o json`, which holds even where it cannot be parsed."""
    typed = list(arguments)
    joined = any(re.fullmatch("-[a-z]*ojson|--output=json", one) for one in typed)
    return joined or any(
        value == "json" and re.fullmatch("-[a-z]*o|--output", option)
        for option, value in pairwise(typed)
    )


def require_yes(question: str, *, otherwise: str) -> None:
    """Ask on stderr. Raises Refused, with the message `otherwise`, for anything but a yes."""
    try:
        with redirect_stdout(sys.stderr):  # where the prompt's last blank would go
            confirmed = typer.confirm(visible(question), err=True)
    except (typer.Abort, RuntimeError, ValueError, OSError):
        # The input has ended, is closed or is no text: the question's line is still open.
        confirmed = False
        err.print()
    if not confirmed:
        raise Refused(otherwise, advice="answer y, or use `--yes`")


def counting() -> Progress:
    """Progress for people who watch: no spinner turns in a log."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)
