"""The consoles for stdout and stderr."""

import os
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, NoReturn, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from cli.terminal.streams import discard
from cli.terminal.text import visible

UNLIMITED = 10_000
"""Width in columns without a terminal; COLUMNS limits it, also in a pipe."""


class Terminal(Console):
    """Prints text literally: no markup, no emoji codes, no control characters.

    Escapes control characters in all output, including values that a view did not escape. Lines
    in a pipe or file have no trailing spaces.
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
        """Print like Console.print. Raises OSError if stdout fails.

        Output to stderr is dropped if stderr fails: the exit code reports the result.
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
        """Render like Console.render, with visible characters only."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(visible(text, keep="\n"), style)

    def render_str(self, text: str, **options: Any) -> Text:
        """Render like Console.render_str. Escapes here too, so that column widths are correct."""
        return super().render_str(visible(text, keep="\n"), **options)

    def on_broken_pipe(self) -> NoReturn:
        """Raise BrokenPipeError. `main` turns it into the exit code."""
        raise BrokenPipeError


def _is_confined(stream: TextIO | None) -> bool:
    return (stream is not None and stream.isatty()) or "COLUMNS" in os.environ


def drop_invalid_sizes(environment: MutableMapping[str, str]) -> None:
    """Remove sizes that are not positive numbers: rich and typer fail on some of them."""
    for name in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):
        if not re.fullmatch("0*[1-9][0-9]{0,4}", environment.get(name, "1")):
            del environment[name]


drop_invalid_sizes(os.environ)  # before the first console: it reads them once
out = Terminal()
err = Terminal(stderr=True)
