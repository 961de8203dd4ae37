"""Choosing many orders: the options that list commands share."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from cli.api import Api

Stage = Annotated[str | None, typer.Option(help="Only orders at this stage.")]
Customer = Annotated[str | None, typer.Option(help="Only this customer's orders.")]
Most = Annotated[int, typer.Option("-n", "--limit", min=1, help="At most so many, newest first.")]


def selected(
    api: Api, path: str, field: str, limit: int, *, page: int, **query: str | None
) -> Iterator[dict[str, Any]]:
    """At most `limit` entries of a list; `page` is the most that the server gives at once."""
    entries = api.pages(path, field, limit=min(limit, page), **query)
    return islice(entries, limit)
