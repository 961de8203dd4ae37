"""Data on stdout, progress and problems on stderr; colours only for people (NO_COLOR, pipes)."""

import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType

from cli.problems import Problem
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


def show_problem(problem: Problem) -> None:
    """What went wrong, and what to try next."""
    err.print(f"[red]✗[/] {plain(problem.message)}")
    err.print(f"  [dim]→ {plain(problem.advice)}[/]")
