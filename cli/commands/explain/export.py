"""Writes the histories of orders to files: `orders export`."""

import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client.api import Api, path
from cli.commands.filters import DryRun, Filters, Rate, find_orders, print_order_ids
from cli.commands.options import CustomerOption, LimitOption, ProfileOption, StageOption
from cli.files import make_folder, replace
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, print_json, print_message, progress_bar
from cli.terminal.text import line
from cli.views.formats import ENDS


def export(
    folder: Annotated[Path, typer.Argument(help="Folder for the files.", metavar="FOLDER")],
    stage: StageOption = None,
    customer: CustomerOption = None,
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 20.0,
    limit: LimitOption = 1_000,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Write the histories of many orders to files, one file per order (operators).

    --filter selects orders by field=value, as in `batch cancel`; --dry-run only lists them.

    Ended orders that already have a file are skipped, so an interrupted export continues when you
    run it again. Open orders are always written again.
    """
    named = {"stage": stage, "customer": customer}
    wanted = [*(f"{name}={value}" for name, value in named.items() if value), *(filters or [])]
    api = open_api(profile)
    orders = list(islice(find_orders(api, wanted), limit))
    if dry_run:
        _require_permission(api, orders)
        print_order_ids([order["order_id"] for order in orders], output)
        return
    _export_orders(api, folder, orders, output, rate=rate)


def _export_orders(
    api: Api,
    folder: Path,
    orders: Sequence[dict[str, Any]],
    output: Format,
    *,
    rate: float,
) -> None:
    """Write the missing histories, at most `rate` per second, and report the written files.

    Prints a summary to stderr, also when interrupted; prints JSON to stdout. Raises WrongUsage.
    """
    make_folder(folder)
    missing = [order for order in orders if not _is_done(folder, order)]
    if not missing:
        _require_permission(api, orders)
    written: list[str] = []
    try:
        _write_all(api, folder, missing, written, rate)
    finally:
        mark = ("✓", "green") if len(written) == len(missing) else "interrupted:"
        print_message(
            line(mark, f" {len(written)} written, {len(orders) - len(missing)} already present")
        )
    if output is Format.JSON:
        print_json({"written": written, "folder": str(folder)})


def _require_permission(api: Api, orders: Sequence[dict[str, Any]]) -> None:
    """Read one history to check the caller's permission on the server. Raises Refused."""
    if orders:
        _history(api, orders[0])


def _write_all(
    api: Api, folder: Path, orders: Sequence[dict[str, Any]], written: list[str], rate: float
) -> None:
    """Write the histories one by one; appends the id of each written order to `written`."""
    with progress_bar() as progress:
        for order in progress.track(orders, description="exporting"):
            began = time.monotonic()
            history = {**_history(api, order), "order": order}
            replace(_file(folder, order), json.dumps(history, indent=2) + "\n")
            written.append(order["order_id"])
            time.sleep(max(0.0, 1.0 / rate - (time.monotonic() - began)))


def _is_done(folder: Path, order: dict[str, Any]) -> bool:
    """Whether the file is final: the history of an ended order no longer changes."""
    return order["stage"] in ENDS and _file(folder, order).exists()


def _file(folder: Path, order: dict[str, Any]) -> Path:
    return folder / f"{order['order_id']}.json"


def _history(api: Api, order: dict[str, Any]) -> dict[str, Any]:
    return api.get(path("orders", order["order_id"], "history"))
