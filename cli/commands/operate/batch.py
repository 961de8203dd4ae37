"""Many orders at once: batch cancel, batch export."""

import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.arguments import Command, Group
from cli.commands.explain.export import export_orders, require_permission
from cli.commands.operate.batch_filters import Filters, filtered
from cli.commands.options import LimitOption, ProfileOption, ReasonOption, YesOption
from cli.commands.order.sending import send
from cli.problems import Problem, Refused, Unreachable, WrongUsage
from cli.sign_in.session import open_api, require_role
from cli.terminal.output import (
    Format,
    Output,
    counting,
    print_json,
    print_line,
    require_yes,
    say,
    show,
)
from cli.terminal.text import line

batch = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Cancel or export many orders (operators; customers can cancel their own).

    --filter selects orders by field=value: stage, outcome, customer, version, older (minutes). It
    may be repeated, once for each field; an order must match all. -n limits the number of orders,
    newest first. Try --dry-run first: it lists the orders and changes nothing.
    """,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list the order ids.")]
Rate = Annotated[
    float, typer.Option(min=0.1, max=50, help="Orders per second, at most.", metavar="N")
]


@batch.command("cancel", cls=Command)
def cancel(
    reason: ReasonOption,
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 5.0,
    limit: LimitOption = 1_000,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Cancel many orders (operators; customers their own). Sends one signal per order.

    Orders that do not accept a cancel are left out: they have ended, or are being cancelled.

    Safe to repeat: the idempotency key is the same each time. The command continues after a
    rejected signal and stops when the API does not answer.
    """
    if not filters:
        raise WrongUsage(
            "no filter selects the orders", advice="add one: --filter stage=awaiting-approval"
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

    results = each(chosen, one, rate=rate, what="cancelling")
    show({"orders": results}, output, lambda shown: _summary(shown["orders"]))
    _fail_if_any(results)


@batch.command("export", cls=Command)
def export(
    folder: Annotated[Path, typer.Argument(help="Folder for the files.", metavar="FOLDER")],
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 10.0,
    limit: LimitOption = 1_000,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Write the histories of the selected orders to files (operators).

    An interrupted export continues when you run it again.
    """
    api = open_api(profile)
    chosen = list(islice(filtered(api, filters or []), limit))
    if dry_run:
        require_permission(api, chosen)
        _name([one["order_id"] for one in chosen], output)
        return
    export_orders(api, folder, chosen, output, rate=rate)


def each(
    orders: Iterable[str], action: Callable[[str], Any], *, rate: float, what: str
) -> list[dict[str, Any]]:
    """Run an action for every order, at most `rate` per second. Rejections and temporary errors
    do not stop it.

    Raises Unreachable, after printing how many orders were processed.
    """
    results: list[dict[str, Any]] = []
    every, pause = list(orders), 1.0 / rate
    with counting() as progress:
        for order_id in progress.track(every, description=what):
            began = time.monotonic()
            try:
                results.append({"order_id": order_id, **_try_action(action, order_id)})
            except Unreachable:
                done = sum(one["done"] for one in results)
                say(f"stopped at {order_id}: {done} of {len(every)} accepted before it")
                raise
            time.sleep(max(0.0, pause - (time.monotonic() - began)))
    return results


def _try_action(action: Callable[[str], Any], order_id: str) -> dict[str, Any]:
    try:
        action(order_id)
    except Problem as problem:
        if problem.is_final:
            raise
        return {"done": False, "why": problem.message}
    return {"done": True, "why": None}


def _name(chosen: list[str], output: Format) -> None:
    """Print the result of a dry run: only ids on stdout."""
    if output is Format.JSON:
        print_json({"orders": chosen})
        return
    for order_id in chosen:
        print_line(order_id)
    say(f"{len(chosen)} orders")


def _summary(results: list[dict[str, Any]]) -> Text:
    refused = [
        line(("✗", "red"), f" {one['order_id']}: {one['why']}")
        for one in results
        if not one["done"]
    ]
    accepted = f"{len(results) - len(refused)} of {len(results)} accepted"
    return line(*refused, accepted, between="\n")


def _fail_if_any(results: list[dict[str, Any]]) -> None:
    refused = sum(not one["done"] for one in results)
    if refused:
        raise Refused(
            f"{refused} of {len(results)} were refused",
            advice="run the command again: it is safe to repeat",
            status=409,
        )
