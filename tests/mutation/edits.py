"""Edits of a state in place, by the path of what they change."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Edit = Callable[[Json], None]
Change = tuple[str, Edit]
"""What is changed, in words, and the edit that does it."""
Step = str | int


def put(*path: Step, value: object) -> Edit:
    """Set what stands at the path."""

    def edit(state: Json) -> None:
        _parent(state, path)[path[-1]] = value

    return edit


def remove(*path: Step) -> Edit:
    """Leave out what stands at the path."""

    def edit(state: Json) -> None:
        del _parent(state, path)[path[-1]]

    return edit


def reverse(name: str) -> Edit:
    """Turn a list round."""

    def edit(state: Json) -> None:
        state[name].reverse()

    return edit


def _parent(state: Json, path: tuple[Step, ...]) -> Any:
    found: Any = state
    for step in path[:-1]:
        found = found[step]
    return found
