"""Many orders at once: batch cancel, batch export."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.api import Api
from cli.arguments import Command, Group
from cli.commands.exporting import export_orders, require_leave
from cli.commands.signalling import send
from cli.output import Format, Output, counting, print_json, print_line, require_yes, say, show
from cli.problems import Problem, Refused, Unreachable, WrongUsage
from cli.selection import Most, known_stage
from cli.session import As, open_api, require_role
from cli.text import line
from cli.words import instant, whole

batch = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Do something with many orders (operators; customers may cancel their own).

    --filter picks them, by field=value: stage, customer, version, older (minutes). It may be
    repeated, once for each field; all must hold. Of the orders for which they do, -n takes the
    newest. Try --dry-run first: it names the orders and changes nothing.
    """,
)

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="stage=…, customer=…, version=…, older=MINUTES; each at most once, all must hold.",
        metavar="F=V",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only name the orders.")]
Rate = Annotated[
    float, typer.Option(min=0.1, max=50, help="Orders per second, at most.", metavar="N")
]

_FIELDS = ("stage", "customer", "version", "older")


@batch.command("cancel", cls=Command)
def cancel(
    reason: Annotated[
        str, typer.Option("-r", "--reason", help="One line, shown to everyone.", metavar="TEXT")
    ],
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 5.0,
    limit: Most = 1_000,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Cancel many orders, each by its own signal (operators; customers their own).

    Orders that take no cancel are left out: they have ended, or have one already.

    Safe to repeat: an order has one cancel of this command, however often it is sent. A refusal
    stops nothing; an API that does not answer stops it.
    """
    if not filters:
        raise WrongUsage(
            "cancel which orders?", advice="name them: --filter stage=awaiting-approval"
        )
    api = open_api(profile)
    require_role(profile, "customer", "operator", to="cancel orders")
    found = filtered(api, filters)
    admitting = (one for one in found if "cancel-order" in one["allowed_signals"])
    chosen = [one["order_id"] for one in islice(admitting, limit)]
    if dry_run:
        _name(chosen, output)
        return
    if not yes:
        require_yes(f"Cancel {len(chosen)} orders?", otherwise="nothing was cancelled")

    def one(order_id: str) -> Any:
        return send(api, order_id, "cancel-order", {"reason": reason}, "batch-cancel", 0)

    told = each(chosen, one, rate=rate, what="cancelling")
    show({"orders": told}, output, lambda shown: _summary(shown["orders"]))
    _fail_if_any(told)


@batch.command("export", cls=Command)
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", metavar="FOLDER")],
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 10.0,
    limit: Most = 1_000,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Write the histories of the chosen orders to files (operators).

    Goes on where it was broken off.
    """
    api = open_api(profile)
    chosen = list(islice(filtered(api, filters or []), limit))
    if dry_run:
        require_leave(api, chosen)
        _name([one["order_id"] for one in chosen], output)
        return
    export_orders(api, folder, chosen, output, rate=rate)


def filtered(api: Api, filters: list[str]) -> Iterator[dict[str, Any]]:
    """The orders for which every filter holds, newest first, read as far as they are asked for.

    Raises WrongUsage for a filter that is none, and for a second one of a field.
    """
    wanted: dict[str, str] = {}
    for field, value in map(_filter, filters):
        if field in wanted:
            raise WrongUsage(f"{field} is named twice", advice="an order has one: leave one out")
        wanted[field] = value
    query = {"stage": wanted.get("stage"), "customer_id": wanted.get("customer")}
    found = api.pages("/orders", "orders", limit=100, **query)
    return (order for order in found if _holds(order, wanted))


def each(
    orders: Iterable[str], deed: Callable[[str], Any], *, rate: float, what: str
) -> list[dict[str, Any]]:
    """Do something with every order, at most `rate` a second; neither a refusal nor a moment of
    trouble stops it.

    Raises Unreachable, after telling how far it came.
    """
    told: list[dict[str, Any]] = []
    every, pause = list(orders), 1.0 / rate
    with counting() as progress:
        for order_id in progress.track(every, description=what):
            began = time.monotonic()
            try:
                told.append({"order_id": order_id, **_tried(deed, order_id)})
            except Unreachable:
                done = sum(one["done"] for one in told)
                say(f"stopped at {order_id}: {done} of {len(every)} accepted before it")
                raise
            time.sleep(max(0.0, pause - (time.monotonic() - began)))
    return told


def _tried(deed: Callable[[str], Any], order_id: str) -> dict[str, Any]:
    try:
        deed(order_id)
    except Problem as problem:
        if problem.is_final:
            raise
        return {"done": False, "why": problem.message}
    return {"done": True, "why": None}


def _filter(text: str) -> tuple[str, str]:
    field, given, value = text.partition("=")
    is_known = field in _FIELDS and given and value.strip()
    if not is_known or (field == "older" and whole(value) is None):
        raise WrongUsage(
            f"{text!r} is no filter", advice=f"write FIELD=VALUE with one of {', '.join(_FIELDS)}"
        )
    if field == "stage":
        known_stage(value)
    return field, value


def _holds(order: dict[str, Any], wanted: dict[str, str]) -> bool:
    created = instant(order["created_at"])
    minutes = (time.time() - created.timestamp()) / 60 if created else 0
    return (
        wanted.get("version", order["version"]) == order["version"]
        and wanted.get("stage", order["stage"]) == order["stage"]
        and minutes >= int(wanted.get("older", 0))
    )


def _name(chosen: list[str], output: Format) -> None:
    """What a dry run says: ids alone on stdout."""
    if output is Format.JSON:
        print_json({"orders": chosen})
        return
    for order_id in chosen:
        print_line(order_id)
    say(f"{len(chosen)} orders")


def _summary(told: list[dict[str, Any]]) -> Text:
    refused = [
        line(("✗", "red"), f" {one['order_id']}: {one['why']}") for one in told if not one["done"]
    ]
    accepted = f"{len(told) - len(refused)} of {len(told)} accepted"
    return line(*refused, accepted, between="\n")


def _fail_if_any(told: list[dict[str, Any]]) -> None:
    refused = sum(not one["done"] for one in told)
    if refused:
        raise Refused(
            f"{refused} of {len(told)} were refused", advice="run it again: it is safe", status=409
        )
