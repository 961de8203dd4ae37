"""Classifies executions by their history: `orders classify`."""

from typing import Annotated, Any

import typer

from cli.client.api import path
from cli.commands.options import LimitOption, ProfileOption, StageOption, order_id
from cli.sign_in.session import open_api
from cli.terminal.output import Format, Output, show, show_spinner
from cli.views.histories import verdict_table


def classify(
    order: Annotated[
        list[str] | None,
        typer.Argument(help="Orders (default: all).", metavar="[ORDER]...", parser=order_id),
    ] = None,
    stage: StageOption = None,
    limit: LimitOption = 100,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Classify executions by their history: outcome and reason (operators).

    Verdicts: completed, rejected, declined, expired, cancelled, compensated, compensation-stuck,
    infrastructure, defect; running or unknown before the execution ends.
    """
    api = open_api(profile)
    with show_spinner("reading histories"):
        if order:
            found = [_newest(api.get(path("orders", one, "history"))) for one in order]
        else:
            found = list(
                api.newest("/ops/verdicts", "verdicts", limit=limit, page_size=20, stage=stage)
            )
    show({"verdicts": found}, output, lambda shown: verdict_table(shown["verdicts"]))


def _newest(history: dict[str, Any]) -> dict[str, Any]:
    """The verdict on the newest execution of a history, in the format of /ops/verdicts."""
    newest = history["executions"][-1] if history["executions"] else _NO_EXECUTION
    return {"order_id": history["order_id"], **newest}


_NO_EXECUTION = {
    "epoch": 0,
    "verdict": "unknown",
    "reason": "no execution started",
    "started_at": None,
    "stopped_at": None,
}
