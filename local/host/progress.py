"""Print progress to stderr: stdout is for data."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from rich.console import Console


class _Progress(Console):
    """Ignores write errors: a log on a full disk must not stop the command."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print like Console.print."""
        with suppress(OSError):
            super().print(*objects, **options)

    def on_broken_pipe(self) -> NoReturn:
        """Raise BrokenPipeError instead of ending the process."""
        raise BrokenPipeError


console = _Progress(stderr=True, highlight=False, emoji=False)


@contextmanager
def phase(doing: str) -> Iterator[None]:
    """Show the current phase, and its duration at the end."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"… {doing}")
    with console.status(f"{doing} …"):
        yield
    console.print(f"[green]✓[/] {doing} [dim]({time.monotonic() - began:.1f} s)[/]")


def print_message(text: str) -> None:
    """Print a message to stderr."""
    console.print(text)
