"""Lists orders: `orders list`."""

import time
from collections.abc import Iterator
from heapq import merge
from itertools import islice, takewhile
from typing import Annotated, Any

import typer

from cli.client.api import Api
from cli.commands.options import CustomerOption, OutcomeOption, ProfileOption, known_stage
from cli.problems import WrongUsage
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show
from cli.views.formats import STAGES, instant, parse_whole_number
from cli.views.orders import order_list, problem_list

_PAGE_SIZE = 100
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
        bool, typer.Option("--debts", help="Only ended orders that owe their customer a refund.")
    ] = False,
    disputes: Annotated[
        bool, typer.Option("--disputes", help="Only ended orders whose payment is disputed.")
    ] = False,
    customer: CustomerOption = None,
    since: Since = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most N orders.", metavar="N")
    ] = 20,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """List orders, newest first: your own; for approvers and operators, all orders.

    Example: orders list --stage payment --stage compensating --since 12h
    """
    for name in stage or ():
        known_stage(name)
    begin = None if since is None else time.time() - _seconds(since)
    query = {"outcome": outcome, "customer_id": customer}
    if debts or disputes:
        if stage or since or (debts and disputes):
            raise WrongUsage(
                "--debts, --disputes, --stage and --since exclude each other",
                advice="use one of them",
            )
        _list_problems(open_api(profile), "debt" if debts else "dispute", limit, query, output)
        return
    found = _newest(open_api(profile), stage or [None], limit, query)
    recent = takewhile(lambda order: begin is None or _placed_at(order) >= begin, found)
    orders = {"orders": list(islice(recent, limit))}
    show(orders, output, lambda shown: order_list(shown["orders"]))


def _list_problems(
    api: Api, problem: str, limit: int, query: dict[str, Any], output: Format
) -> None:
    """Print the orders with a problem of their payment, those that ended or changed last first."""
    query = {**query, "problem": problem}
    found = api.newest("/orders", "orders", limit=limit, page_size=_PAGE_SIZE, **query)
    orders = {"orders": list(found)}
    show(orders, output, lambda shown: problem_list(shown["orders"], problem))


def _newest(
    api: Api, stages: list[str] | list[None], limit: int, query: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The orders of all stages, newest first. Ids are ULIDs, which sort by time."""
    lists = [
        api.newest("/orders", "orders", limit=limit, page_size=_PAGE_SIZE, stage=one, **query)
        for one in dict.fromkeys(stages)
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
