"""The fields of an order that the API marks as shown, with their titles."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cli.views.formats import age, clock, time_left


def shown_fields(order: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(title, formatted value) of each field in `shown_fields` that has a value, in the sequence of
    the API.
    """
    for field in order["shown_fields"]:
        title, value = field["title"], _value(order, field["path"])
        format_value = _FORMATS.get(field["format"], str)
        if value:
            yield title[:1].lower() + title[1:], format_value(value)


def _value(order: Mapping[str, Any], path: str) -> Any:
    """The value at a path of names; None if the order does not have it."""
    value: Any = order
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _instant(text: str) -> str:
    remaining = time_left(text)
    distance = f"{age(text)} ago" if remaining == "passed" else f"in {remaining}"
    return f"{clock(text)} ({distance})"


_FORMATS: Mapping[str, Callable[[Any], str]] = {"instant": _instant, "list": ", ".join}
