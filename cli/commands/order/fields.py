"""Fields of a request on the command line: `--field NAME=TEXT`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from cli.problems import WrongUsage

FieldOption = Annotated[
    list[str],
    typer.Option(
        "--field",
        help="Another field of the request, as NAME=TEXT (see /docs); may be repeated.",
        metavar="NAME=TEXT",
    ),
]


def parse_fields(texts: Iterable[str]) -> dict[str, str]:
    """Parse `NAME=TEXT`, each. The API checks the names. Raises WrongUsage."""
    return dict(map(_parse_field, texts))


def _parse_field(text: str) -> tuple[str, str]:
    name, given, value = text.partition("=")
    if not given or not name:
        raise WrongUsage(f"{text!r} is not a field", advice="write NAME=TEXT")
    return name, value
