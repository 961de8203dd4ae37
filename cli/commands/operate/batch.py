"""Cancels many orders at once: `orders batch cancel`."""

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import typer
from rich.text import Text

from cli.arguments import Command, Group
from cli.commands.filters import DryRun, Filters, Rate, filtered, print_order_ids
from cli.commands.options import LimitOption, ProfileOption, ReasonOption, YesOption
from cli.commands.order.sending import send
from cli.problems import Problem, Refused, Unreachable, WrongUsage
from cli.sign_in.session import open_api, require_role
from cli.terminal.output import (
    Format,
    Output,
    counting,
    require_yes,
    say,
    show,
)
from cli.terminal.text import line

batch = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Cancel many orders (operators; customers can cancel their own).

    --filter selects orders by field=value: stage, outcome, customer, version, older (minutes). It
    may be repeated, once for each field; an order must match all. -n limits the number of orders,
    newest first. Try --dry-run first: it lists the orders and changes nothing.
    """,
)


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
        print_order_ids(chosen, output)
        return
    if not yes:
        require_yes(f"Cancel {len(chosen)} orders?", otherwise="nothing was cancelled")

    def one(order_id: str) -> Any:
        return send(api, order_id, "cancel-order", {"reason": reason}, "batch-cancel", 0)

    results = each(chosen, one, rate=rate, what="cancelling")
    show({"orders": results}, output, lambda shown: _summary(shown["orders"]))
    _fail_if_any(results)


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
