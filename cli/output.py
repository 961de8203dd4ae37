"""Data on stdout, progress and problems on stderr; colours only for people (NO_COLOR, pipes)."""

import json
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from enum import StrEnum
from io import TextIOWrapper
from itertools import pairwise
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from cli.problems import Problem, Refused
from cli.words import plain

PIPED_WIDTH = 160
"""Columns of a table that no terminal shows: wide enough for every command's."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Format(StrEnum):
    """How a command prints its data."""

    TABLE = "table"
    JSON = "json"


Output = Annotated[
    Format, typer.Option("-o", "--output", help="For people (table), or for scripts (json).")
]


def show(data: Any, format_: Format, render: Callable[[], RenderableType]) -> None:
    """Print the data as JSON, or as `render` draws it."""
    if format_ is Format.JSON:
        print_json(data)
    else:
        out.print(render())


def print_json(data: Any, *, lines: bool = False) -> None:
    """One JSON document on stdout, as it is: no colour, no wrapping; on one line if asked for."""
    typer.echo(json.dumps(data, indent=None if lines else 2))


def say(text: str) -> None:
    """Tell a person on stderr what is going on."""
    err.print(text)


def show_problem(problem: Problem, *, as_json: bool = False) -> None:
    """What went wrong, and what to try next; for scripts as one object, on stderr's last line."""
    if as_json:
        typer.echo(json.dumps({"error": problem.told()}), err=True)
        return
    err.print(f"[red]✗[/] {plain(problem.message)}")
    err.print(f"  [dim]→ {plain(problem.advice)}[/]")


def wants_json(arguments: Iterable[str]) -> bool:
    """Whether a command line says `-o json`, which holds even where it cannot be parsed."""
    typed = list(arguments)
    joined = any(re.fullmatch("-[a-z]*ojson|--output=json", one) for one in typed)
    return joined or any(
        value == "json" and re.fullmatch("-[a-z]*o|--output", option)
        for option, value in pairwise(typed)
    )


def require_yes(question: str, *, otherwise: str) -> None:
    """Ask on stderr. Raises Refused, which says `otherwise`, for anything but a yes."""
    try:
        with redirect_stdout(sys.stderr):  # where the prompt's last blank would go
            said = typer.confirm(question, err=True)
    except typer.Abort:  # nobody is there to answer: the question's line is still open
        said = False
        typer.echo(err=True)
    if not said:
        raise Refused(otherwise, advice="answer y, or use `--yes`")


def counting() -> Progress:
    """Progress for people who watch: no spinner turns in a log."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)


def print_in_any_encoding() -> None:
    """A terminal that knows no `✓` shows `?`: better than no answer at all."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
