"""Progress on standard error: standard output is for data."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)


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
