"""Filters that select many orders: `--filter stage=awaiting-approval`."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from cli.client.api import Api
from cli.commands.options import check_outcome, check_stage
from cli.problems import WrongUsage
from cli.terminal.output import Format, print_json, print_line, print_message
from cli.views.formats import instant, parse_whole_number

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="stage=…, outcome=…, customer=…, version=…, older=MINUTES; each at most once, all "
        "must match.",
        metavar="F=V",
    ),
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list the order ids.")]
Rate = Annotated[
    float, typer.Option(min=0.1, max=50, help="Orders per second, at most.", metavar="N")
]

_FIELDS = ("stage", "outcome", "customer", "version", "older")


def find_orders(api: Api, filters: list[str]) -> Iterator[dict[str, Any]]:
    """The orders that match every filter, newest first; pages are read on demand.

    Raises WrongUsage for an invalid filter, or two filters of one field.
    """
    wanted: dict[str, str] = {}
    for field, value in map(_filter, filters):
        if field in wanted:
            raise WrongUsage(f"two filters name {field}", advice="remove one of them")
        wanted[field] = value
    query = {
        "stage": wanted.get("stage"),
        "outcome": wanted.get("outcome"),
        "customer_id": wanted.get("customer"),
    }
    found = api.pages("/orders", "orders", limit=100, **query)
    return (order for order in found if _matches(order, wanted))


def _filter(text: str) -> tuple[str, str]:
    field, separator, value = text.partition("=")
    is_known = field in _FIELDS and separator and value.strip()
    if not is_known or (field == "older" and parse_whole_number(value) is None):
        raise WrongUsage(
            f"{text!r} is not a filter",
            advice=f"write FIELD=VALUE with one of {', '.join(_FIELDS)}",
        )
    if field == "stage":
        check_stage(value)
    if field == "outcome":
        check_outcome(value)
    return field, value


def _matches(order: dict[str, Any], wanted: dict[str, str]) -> bool:
    created = instant(order["created_at"])
    minutes = (time.time() - created.timestamp()) / 60 if created else 0
    return (
        wanted.get("version", order["version"]) == order["version"]
        and wanted.get("stage", order["stage"]) == order["stage"]
        and wanted.get("outcome", order["outcome"]) == order["outcome"]
        and minutes >= int(wanted.get("older", 0))
    )


def print_order_ids(chosen: list[str], output: Format) -> None:
    """Print the result of a dry run: only ids on stdout."""
    if output is Format.JSON:
        print_json({"orders": chosen})
        return
    for order_id in chosen:
        print_line(order_id)
    print_message(f"{len(chosen)} orders")
