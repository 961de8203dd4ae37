"""Lists orders: `orders list`."""

import time
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice, takewhile
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from cli.client.api import Api
from cli.commands.options import CustomerOption, OutcomeOption, ProfileOption, check_stage
from cli.commands.read.polling import pause
from cli.problems import WrongUsage
from cli.sign_in.session import open_api
from cli.terminal.output import print_json, print_line
from cli.terminal.records import FieldsOption, ListFormat, ListOutput, Records, show_list
from cli.views.formats import STAGES, instant, parse_whole_number
from cli.views.orders import order_line, order_list, problem_list

_PAGE_SIZE = 100
_COLUMNS = (
    *("order_id", "stage", "outcome", "customer_id"),
    *("total.amount_minor", "total.currency", "total.exponent", "created_at"),
)
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400}

Stages = Annotated[
    list[str] | None,
    typer.Option(
        "--stage",
        help=f"Only orders at this stage; may be repeated: {', '.join(STAGES)}.",
        metavar="STAGE",
        autocompletion=lambda: list(STAGES),
    ),
]
Since = Annotated[
    str | None,
    typer.Option(help="Only orders placed in this time: 30m, 12h, 7d.", metavar="TIME"),
]


def list_orders(
    stage: Stages = None,
    outcome: OutcomeOption = None,
    debts: Annotated[
        bool, typer.Option("--debts", help="Only ended orders whose customer is owed a refund.")
    ] = False,
    disputes: Annotated[
        bool,
        typer.Option("--disputes", help="Only ended orders with an open dispute of their payment."),
    ] = False,
    customer: CustomerOption = None,
    since: Since = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most N orders.", metavar="N")
    ] = 20,
    watch: Annotated[
        bool, typer.Option("-w", "--watch", help="Then print a line for each new or changed order.")
    ] = False,
    fields: FieldsOption = None,
    profile: ProfileOption = None,
    output: ListOutput = ListFormat.TABLE,
) -> None:
    """List orders, newest first: your own; for approvers and operators, all orders.

    Example: orders list --stage payment --stage compensating --since 12h
    """
    for name in stage or ():
        check_stage(name)
    begin = None if since is None else time.time() - _seconds(since)
    query = {"outcome": outcome, "customer_id": customer}
    problem = "debt" if debts else "dispute" if disputes else None
    if problem and (stage or since or (debts and disputes)):
        raise WrongUsage(
            "--debts, --disputes, --stage and --since exclude each other",
            advice="use one of them",
        )
    if watch and (fields or output in (ListFormat.JSON, ListFormat.CSV)):
        raise WrongUsage("--watch prints lines", advice="use -o jsonl, or no -o and no --fields")
    api = open_api(profile)

    def read() -> list[dict[str, Any]]:
        if problem:
            by_end = {**query, "problem": problem}
            return list(
                api.newest("/orders", "orders", limit=limit, page_size=_PAGE_SIZE, **by_end)
            )
        found = _newest(api, stage or [None], limit, query)
        recent = takewhile(lambda order: begin is None or _placed_at(order) >= begin, found)
        return list(islice(recent, limit))

    def render(orders: Records) -> RenderableType:
        return problem_list(orders, problem) if problem else order_list(orders)

    orders = read()
    show_list("orders", orders, output, fields, columns=_COLUMNS, render=render)
    if watch:
        _print_changes(orders, read, as_json=output is ListFormat.JSONL)


def _print_changes(
    orders: Records, read: Callable[[], list[dict[str, Any]]], *, as_json: bool
) -> None:
    """Print a line for each new or changed order, the oldest first, until interrupted."""
    while True:
        known = {one["order_id"]: one["updated_at"] for one in orders}
        pause()
        orders = read()
        for order in reversed(orders):
            if known.get(order["order_id"]) != order["updated_at"]:
                if as_json:
                    print_json(order, lines=True)
                else:
                    print_line(order_line(order))


def _newest(
    api: Api, stages: list[str] | list[None], limit: int, query: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The orders of all stages, newest first. Ids are ULIDs, which sort by time."""
    lists = [
        api.newest("/orders", "orders", limit=limit, page_size=_PAGE_SIZE, stage=stage, **query)
        for stage in dict.fromkeys(stages)
    ]
    return merge(*lists, key=lambda order: str(order["order_id"]), reverse=True)


def _placed_at(order: dict[str, Any]) -> float:
    placed = instant(order["created_at"])
    return placed.timestamp() if placed else 0


def _seconds(text: str) -> int:
    """Parse `30m`, `12h` or `7d`. Raises WrongUsage."""
    number, unit = parse_whole_number(text[:-1]), _SECONDS.get(text[-1:])
    if number is None or unit is None:
        raise WrongUsage(f"{text!r} is not a time", advice="write 30m, 12h or 7d")
    return number * unit
