"""Fields of the events that invoke functions. Services send them; an operator may, too."""

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class MalformedEvent(Exception):
    """A field of the event is absent or invalid. `expected` describes the events to send."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"the event has no valid `{path}`: send {expected}")


def read_field(event: object, path: str, kind: type[T], expected: str) -> T:
    """The value at a path of the event (`detail.name`, `order_id.0`).

    Raises MalformedEvent if it is absent or of another type.
    """
    value: Any = event
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal():
            value = next(iter(value[int(name) :]), None)
        else:
            value = None
    if not isinstance(value, kind):
        raise MalformedEvent(path, expected)
    return value
