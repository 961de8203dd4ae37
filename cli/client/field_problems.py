"""Invalid fields of a request, in plain words."""

import re
from collections.abc import Mapping

from cli.problems import Fields

_UNKNOWN = "is not a known field"


def in_plain_words(fields: Fields) -> list[dict[str, str]]:
    """The fields, with each problem as a part of a sentence, without quotation marks."""
    return [{"field": field["field"], "problem": _part(field["problem"])} for field in fields]


def sentence(fields: Fields) -> str:
    """One sentence of all fields: `quantity of item 1 must be at least 1; reason is missing`."""
    return "; ".join(_display_name(field) + _with_separator(field["problem"]) for field in fields)


def _with_separator(problem: str) -> str:
    """Put a colon before a problem that is a whole sentence."""
    return f" {problem}" if problem.startswith(("must ", "is ")) else f": {problem}"


def _display_name(error: Mapping[str, str]) -> str:
    """The name of a field for people: `SKU of item 1` for `items[0].sku`. A name that the API does
    not know stays as it was typed.
    """
    field = error["field"]
    if error["problem"] == _UNKNOWN:
        return field
    last = _last_part(field)
    name = {"sku": "SKU", "customer_id": "customer"}.get(last, last.replace("_", " "))
    place = re.match(r"items\[(\d+)\].", field)
    return f"{name} of item {int(place[1]) + 1}" if place else name


def _last_part(field: str) -> str:
    return field.rpartition(".")[2]


def _part(problem: str) -> str:
    return (problem[:1].lower() + problem[1:]).replace("'", "")
