"""Progress on standard error: standard output is for data."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from rich.console import Console


class _Progress(Console):
    """Drops what cannot be written: a log on a full disk must not end what is under way."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As Console.print."""
        with suppress(OSError):
            super().print(*objects, **options)

    def on_broken_pipe(self) -> NoReturn:
        """Raise BrokenPipeError instead of ending the process."""
        raise BrokenPipeError


console = _Progress(stderr=True, highlight=False, emoji=False)


@contextmanager
def phase(doing: str) -> Iterator[None]:
    """Show what is going on, and how long it took once it is done."""
    began = time.monotonic()
    if not console.is_terminal:
        console.print(f"… {doing}")
    with console.status(f"{doing} …"):
        yield
    console.print(f"[green]✓[/] {doing} [dim]({time.monotonic() - began:.1f} s)[/]")


def say(text: str) -> None:
    """One remark for the person at the terminal."""
    console.print(text)
