"""Values that the shell completes from the API. If the API does not answer, there are none."""

import typer

from cli.problems import Problem
from cli.sign_in.session import open_api
from cli.terminal.text import visible

_MOST = 100
"""One page of the API."""
Completions = list[tuple[str, str]]
"""Values with their descriptions."""


def skus(ctx: typer.Context, incomplete: str) -> Completions:
    """SKUs with their names."""
    return _read(ctx, incomplete, "/catalogue", "products", ("sku", "name"))


def order_ids(ctx: typer.Context, incomplete: str) -> Completions:
    """The ids of the newest orders with their stages."""
    return _read(ctx, incomplete, "/orders", "orders", ("order_id", "stage"))


def _read(
    ctx: typer.Context, incomplete: str, path: str, entries: str, names: tuple[str, str]
) -> Completions:
    try:
        api = open_api(ctx.params.get("profile"))
        found = list(api.newest(path, entries, limit=_MOST, page_size=_MOST))
        pairs = [(visible(one[names[0]]), visible(one[names[1]])) for one in found]
    except Problem:
        return []
    return [pair for pair in pairs if pair[0].startswith(incomplete.upper())]
