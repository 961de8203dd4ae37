"""Print data to stdout, progress and problems to stderr; colours only on terminals."""

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
from cli.terminal.console import err, out
from cli.terminal.text import Cell, line, visible, visible_data

Data = TypeVar("Data")


class Format(StrEnum):
    """How a command prints its data."""

    TABLE = "table"
    JSON = "json"


Output = Annotated[
    Format, typer.Option("-o", "--output", help="For people (table), or for scripts (json).")
]


def show(data: Data, format_: Format, render: Callable[[Data], RenderableType]) -> None:
    """Print the data as JSON or with `render`, which gets visible characters only."""
    if format_ is Format.JSON:
        print_json(data)
    else:
        out.print(render(visible_data(data)))


def print_json(data: Any, *, lines: bool = False) -> None:
    """Print a JSON document to stdout without colour or wrapping; with `lines`, on one line."""
    typer.echo(json.dumps(data, indent=None if lines else 2))


def print_line(text: str) -> None:
    """Print one line of text to stdout, without wrapping."""
    typer.echo(visible(text))


def print_message(text: Cell) -> None:
    """Print a progress message to stderr."""
    err.print(line(text))


def print_progress(text: Cell) -> None:
    """Print a progress message to stderr, if stderr is a terminal."""
    if err.is_terminal:
        print_message(text)


def show_spinner(on: str) -> Status:
    """Show a spinner on stderr while the block runs, if stderr is a terminal."""
    return err.status(line(visible(on)))


def show_problem(problem: Problem, *, as_json: bool = False) -> None:
    """Print a problem and its advice to stderr; with `as_json`, as one object on the last line."""
    if as_json:
        err.print(json.dumps({"error": problem.as_dict()}))
        return
    err.print(line(("✗", "red"), " ", visible(problem.message)))
    err.print(line((f"  → {visible(problem.advice)}", "dim")))


def wants_json(arguments: Iterable[str]) -> bool:
    """Whether a command line contains `-o json` or `jsonl`. It need not be valid otherwise."""
    typed = list(arguments)
    joined = any(re.fullmatch("-[a-z]*ojsonl?|--output=jsonl?", one) for one in typed)
    return joined or any(
        value in ("json", "jsonl") and re.fullmatch("-[a-z]*o|--output", option)
        for option, value in pairwise(typed)
    )


def require_yes(question: str, *, otherwise: str) -> None:
    """Ask for confirmation on stderr. Raises Refused(otherwise) unless the answer is yes."""
    try:
        with redirect_stdout(sys.stderr):  # the prompt prints its last space to stdout
            confirmed = typer.confirm(visible(question), err=True)
    except (typer.Abort, RuntimeError, ValueError, OSError):
        # stdin has ended, is closed or is not text: end the line of the question.
        confirmed = False
        err.print()
    if not confirmed:
        raise Refused(otherwise, advice="answer y, or use `--yes`")


def progress_bar() -> Progress:
    """A progress bar on stderr; disabled if stderr is not a terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)
