"""The consoles that every command prints to."""

import os
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, NoReturn, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from cli.streams import discard
from cli.text import visible

UNLIMITED = 10_000
"""Columns where no terminal confines a table; COLUMNS does, also in a pipe."""


class Terminal(Console):
    """Prints text literally: no markup, no emoji codes, and no control character of other people.

    Everything that is printed passes here, so a value that a view forgot to make visible is made
    visible here. Into a pipe or file, lines carry no trailing blanks.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        super().__init__(
            stderr=stderr,
            width=None if stderr or _is_confined(stream) else UNLIMITED,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )

    def print(self, *objects: Any, **options: Any) -> None:
        """As Console.print. Raises OSError if standard output cannot be written; progress and
        problems that cannot be written are dropped, as the exit code reports the result.
        """
        try:
            self._print(*objects, **options)
        except OSError:
            if not self.stderr:
                raise
            discard(sys.stderr)

    def _print(self, *objects: Any, **options: Any) -> None:
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as printed:
            super().print(*objects, **options)
        stripped = re.sub(" +$", "", printed.get(), flags=re.MULTILINE)
        super().print(stripped, end="", soft_wrap=True)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As Console.render, with nothing but visible characters."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(visible(text, keep="\n"), style)

    def render_str(self, text: str, **options: Any) -> Text:
        """As Console.render_str; escapes are made here too, so that columns are wide enough."""
        return super().render_str(visible(text, keep="\n"), **options)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command's edge, which knows the exit code. Raises BrokenPipeError."""
        raise BrokenPipeError


def _is_confined(stream: TextIO | None) -> bool:
    return (stream is not None and stream.isatty()) or "COLUMNS" in os.environ


def drop_invalid_sizes(environment: MutableMapping[str, str]) -> None:
    """Remove sizes that are no positive numbers: rich and typer fail on some of them."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        if not re.fullmatch("0*[1-9][0-9]{0,4}", environment.get(name, "1")):
            del environment[name]


drop_invalid_sizes(os.environ)  # before the first console, which reads them once
out = Terminal()
err = Terminal(stderr=True)
