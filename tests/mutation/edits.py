"""In-place edits of a state, by path."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Edit = Callable[[Json], None]
Change = tuple[str, Edit]
"""The description of a change, and its edit."""
Step = str | int


def put(*path: Step, value: object) -> Edit:
    """Set the value at the path."""

    def edit(state: Json) -> None:
        _parent(state, path)[path[-1]] = value

    return edit


def remove(*path: Step) -> Edit:
    """Remove the value at the path."""

    def edit(state: Json) -> None:
        del _parent(state, path)[path[-1]]

    return edit


def reverse(name: str) -> Edit:
    """Reverse a list."""

    def edit(state: Json) -> None:
        state[name].reverse()

    return edit


def _parent(state: Json, path: tuple[Step, ...]) -> Any:
    found: Any = state
    for step in path[:-1]:
        found = found[step]
    return found
