"""Invalid fields of a request, in plain words."""

import re

from cli.problems import Fields


def in_plain_words(fields: Fields) -> list[dict[str, str]]:
    """Rewrite the messages of the server's validator in plain words."""
    return [{"field": one["field"], "problem": _must(one["problem"])} for one in fields]


def sentence(fields: Fields) -> str:
    """One sentence of all fields: `quantity of item 1 must be at least 1; reason is missing`."""
    return "; ".join(_named(one["field"]) + _joined(one["problem"]) for one in fields)


def _joined(problem: str) -> str:
    """Put a colon before a problem that is a whole sentence."""
    return f" {problem}" if problem.startswith(("must ", "is ")) else f": {problem}"


def _named(field: str) -> str:
    """The name of a field for people: `SKU of item 1` for `items[0].sku`."""
    last = _last(field)
    name = {"sku": "SKU", "customer_id": "customer"}.get(last, last.replace("_", " "))
    place = re.match(r"items\[(\d+)\].", field)
    return f"{name} of item {int(place[1]) + 1}" if place else name


def _last(field: str) -> str:
    return field.rpartition(".")[2]


def _must(problem: str) -> str:
    for said, meant in _JARGON:
        if found := re.fullmatch(said, problem):
            return found.expand(meant).replace("'", "")
    return problem[:1].lower() + problem[1:]


_JARGON = (
    ("Input should be greater than or equal to (.+)", r"must be at least \1"),
    ("Input should be less than or equal to (.+)", r"must be at most \1"),
    ("Value should have at (most|least) ([0-9]+) items.*", r"must have at \1 \2 characters"),
    ("(?:String|List) should have at (most|least) ([0-9]+) ([a-z]+).*", r"must have at \1 \2 \3"),
    ("Input should be (.+)", r"must be \1"),
    ("Field required", "is missing"),
    ("Extra inputs are not permitted", "is not a known field"),
)
"""Messages of the server's validator (Pydantic), and their replacements."""
