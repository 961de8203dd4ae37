"""Options to select many orders, shared by the list commands."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from cli.api import Api
from cli.problems import WrongUsage
from cli.words import STAGES


def known_stage(name: str | None) -> str | None:
    """Check the name of a stage. Raises WrongUsage."""
    if name is not None and name not in STAGES:
        raise WrongUsage(f"there is no stage {name!r}", advice=f"one of: {', '.join(STAGES)}")
    return name


Stage = Annotated[
    str | None,
    typer.Option(
        help=f"Only orders at this stage: {', '.join(STAGES)}.",
        metavar="STAGE",
        callback=known_stage,
    ),
]
Customer = Annotated[str | None, typer.Option(help="Only this customer's orders.", metavar="NAME")]
Most = Annotated[
    int, typer.Option("-n", "--limit", min=1, help="At most N, newest first.", metavar="N")
]


def selected(
    api: Api, path: str, field: str, limit: int, *, page: int, **query: str | None
) -> Iterator[dict[str, Any]]:
    """At most `limit` entries of a list; `page` is the maximum page size of the server."""
    entries = api.pages(path, field, limit=min(limit, page), **query)
    return islice(entries, limit)
