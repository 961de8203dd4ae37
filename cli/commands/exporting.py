"""Write histories to files, one file per order."""

import json
import time
from pathlib import Path
from typing import Any

from cli.api import Api, path
from cli.files import make_folder, replace
from cli.output import Format, counting, print_json, say
from cli.text import line
from cli.words import ENDS


def export_orders(
    api: Api,
    folder: Path,
    orders: list[dict[str, Any]],
    output: Format,
    *,
    rate: float = 20.0,
) -> None:
    """Write the missing histories, at most `rate` per second, and report the written files.

    Prints a summary to stderr, also when interrupted; prints JSON to stdout. Raises WrongUsage.
    """
    make_folder(folder)
    missing = [order for order in orders if not _is_done(folder, order)]
    if not missing:
        require_leave(api, orders)
    written: list[str] = []
    try:
        _write_all(api, folder, missing, written, rate)
    finally:
        mark = ("✓", "green") if len(written) == len(missing) else "interrupted:"
        say(line(mark, f" {len(written)} written, {len(orders) - len(missing)} already present"))
    if output is Format.JSON:
        print_json({"written": written, "folder": str(folder)})


def require_leave(api: Api, orders: list[dict[str, Any]]) -> None:
    """Read one history to check the caller's permission on the server. Raises Refused."""
    if orders:
        _history(api, orders[0])


def _write_all(
    api: Api, folder: Path, orders: list[dict[str, Any]], written: list[str], rate: float
) -> None:
    """Write the histories one by one; appends the id of each written order to `written`."""
    with counting() as progress:
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
