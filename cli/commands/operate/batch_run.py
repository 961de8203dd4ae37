"""Runs one action for every order that the filters select, and reports each order's result."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.text import Text

from cli.client.api import Api
from cli.commands.filters import find_orders
from cli.problems import Problem, Refused, Unreachable, WrongUsage
from cli.sign_in.session import open_api, require_role
from cli.terminal.output import (
    Format,
    print_json,
    print_line,
    print_message,
    progress_bar,
    require_yes,
    show,
)
from cli.terminal.text import line, visible

Order = dict[str, Any]
LeftOut = list[dict[str, str]]
"""Orders that are left out, each with the reason (`order_id`, `why`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One command. Three functions return the reason to leave an order out, or None: `left_out`
    reads the entry of the list, `check` asks the API (in a dry run), `act` sends the request.
    `done` completes the sentence "nothing was …".
    """

    verb: str
    done: str
    left_out: Callable[[Order], str | None]
    act: Callable[[Api, str], str | None]
    check: Callable[[Api, str], str | None] = lambda _api, _order_id: None


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """The options that all batch commands have."""

    filters: list[str] | None
    dry_run: bool
    rate: float
    limit: int
    yes: bool
    profile: str | None
    output: Format


def run_batch(
    batch: Batch, options: BatchOptions, *, roles: tuple[str, ...] = ("operator",)
) -> None:
    """Run the command. Raises Problem, Refused if the API refused an order."""
    if not options.filters:
        raise WrongUsage(
            "no filter selects the orders", advice="add one: --filter stage=awaiting-approval"
        )
    api = open_api(options.profile)
    require_role(options.profile, *roles, to=f"{batch.verb} orders")
    left_out: LeftOut = []
    found = _select(find_orders(api, options.filters), batch.left_out, left_out)
    chosen = list(islice(found, options.limit))
    if options.dry_run:
        _print_dry_run(_check(api, batch, options, chosen, left_out), left_out, options.output)
        return
    if chosen and not options.yes:
        question = f"{batch.verb.capitalize()} {len(chosen)} orders?"
        require_yes(question, otherwise=f"nothing was {batch.done}")
    results = _act(api, batch, options, chosen, left_out)
    result = {"orders": results, "left_out": left_out}
    show(result, options.output, lambda shown: _summary(shown["orders"], shown["left_out"]))
    _fail_if_any(results)


def _select(
    orders: Iterable[Order], reason_of: Callable[[Order], str | None], left_out: LeftOut
) -> Iterator[str]:
    """The ids of the orders without a reason to be left out; the others are added to the list."""
    for order in orders:
        why = reason_of(order)
        if why is None:
            yield order["order_id"]
        else:
            left_out.append({"order_id": order["order_id"], "why": why})


def _check(
    api: Api, batch: Batch, options: BatchOptions, chosen: list[str], left_out: LeftOut
) -> list[str]:
    """The orders that the action would be run for."""
    kept: list[str] = []
    for order_id in _pace_orders(chosen, options.rate, "checking"):
        why = batch.check(api, order_id)
        if why is None:
            kept.append(order_id)
        else:
            left_out.append({"order_id": order_id, "why": why})
    return kept


def _act(
    api: Api, batch: Batch, options: BatchOptions, chosen: list[str], left_out: LeftOut
) -> list[dict[str, Any]]:
    """Run the action for every order. Rejections and temporary errors do not stop it.

    Raises Unreachable, after printing how many orders were processed.
    """
    results: list[dict[str, Any]] = []
    for order_id in _pace_orders(chosen, options.rate, "sending"):
        try:
            why = batch.act(api, order_id)
        except Problem as problem:
            if isinstance(problem, Unreachable):
                done = sum(result["done"] for result in results)
                print_message(f"stopped at {order_id}: {done} of {len(chosen)} accepted before it")
            if problem.is_final:
                raise
            results.append({"order_id": order_id, "done": False, "why": problem.message})
            continue
        if why is None:
            results.append({"order_id": order_id, "done": True, "why": None})
        else:
            left_out.append({"order_id": order_id, "why": why})
    return results


def _pace_orders(orders: list[str], rate: float, what: str) -> Iterator[str]:
    """The orders, at most `rate` per second, with a progress bar."""
    pause = 1.0 / rate
    with progress_bar() as progress:
        for order_id in progress.track(orders, description=what):
            began = time.monotonic()
            yield order_id
            time.sleep(max(0.0, pause - (time.monotonic() - began)))


def _print_dry_run(chosen: list[str], left_out: LeftOut, output: Format) -> None:
    """Print the result of a dry run: only ids on stdout."""
    if output is Format.JSON:
        print_json({"orders": chosen, "left_out": left_out})
        return
    for order_id in chosen:
        print_line(order_id)
    for one in left_out:
        print_message(f"left out {visible(one['order_id'])}: {visible(one['why'])}")
    print_message(f"{len(chosen)} orders, {len(left_out)} left out")


def _summary(results: list[dict[str, Any]], left_out: LeftOut) -> Text:
    others = [line(("–", "dim"), f" {one['order_id']}: left out, {one['why']}") for one in left_out]
    refused = [
        line(("✗", "red"), f" {result['order_id']}: {result['why']}")
        for result in results
        if not result["done"]
    ]
    accepted = f"{len(results) - len(refused)} of {len(results)} accepted"
    total = f"{accepted}, {len(left_out)} left out" if left_out else accepted
    return line(*others, *refused, total, between="\n")


def _fail_if_any(results: list[dict[str, Any]]) -> None:
    refused = sum(not result["done"] for result in results)
    if refused:
        raise Refused(
            f"{refused} of {len(results)} were refused",
            advice="run the command again: it is safe to repeat",
            status=409,
        )
