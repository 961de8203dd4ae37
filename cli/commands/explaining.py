"""Execution histories: history, classify, export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import charts
from cli.api import path
from cli.commands.exporting import export_orders
from cli.commands.following import follow_history
from cli.history_views import figures, history_table, verdict_table
from cli.output import Format, Output, print_json, show, working
from cli.problems import WrongUsage
from cli.selection import Customer, Most, Stage, selected
from cli.session import As, OrderId, open_api, order_id
from cli.terminal import out
from cli.text import visible_data


class Drawing(StrEnum):
    """How a history is printed."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    CHROME_TRACE = "chrome-trace"


HistoryOutput = Annotated[
    Drawing,
    typer.Option(
        "-o",
        "--output",
        help="table; json; mermaid (a Gantt chart for any Markdown page); chrome-trace (for "
        "ui.perfetto.dev or chrome://tracing).",
    ),
]


def history(
    order: OrderId,
    follow: Annotated[
        bool,
        typer.Option(
            "-f",
            "--follow",
            help="Follow until the order ends. Shows every event; as table or json only.",
        ),
    ] = False,
    detailed: Annotated[
        bool, typer.Option("--detailed", help="Every event, not only the states.")
    ] = False,
    profile: As = None,
    output: HistoryOutput = Drawing.TABLE,
) -> None:
    """Show the executions of an order: states, attempts, errors, verdicts (operators).

    Payloads are never shown. `classify` shows only the verdicts.
    """
    if follow and output not in (Drawing.TABLE, Drawing.JSON):
        raise WrongUsage(
            f"-f prints single events, but {output.value} needs the whole history",
            advice="remove one of the two options, or follow with `-o json`",
        )
    api = open_api(profile)
    if follow:
        follow_history(api, order, as_json=output is Drawing.JSON)
        return
    found = api.get(path("orders", order, "history"))
    if output is Drawing.JSON:
        print_json(found)
    elif output is Drawing.MERMAID:
        typer.echo(charts.mermaid(visible_data(found)))
    elif output is Drawing.CHROME_TRACE:
        print_json(charts.chrome_trace([found]))
    else:
        shown = visible_data(found)
        out.print(history_table(shown, detailed=detailed))
        if shown["executions"]:
            out.print(figures(shown))


def classify(
    order: Annotated[
        list[str] | None,
        typer.Argument(help="Orders; all if none is named.", metavar="[ORDER]...", parser=order_id),
    ] = None,
    stage: Stage = None,
    limit: Most = 100,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Classify executions by their history: outcome and reason (operators).

    Verdicts: completed, rejected, expired, cancelled, compensated, compensation-stuck,
    infrastructure, defect; running or unknown before the execution ends.
    """
    api = open_api(profile)
    with working("reading histories"):
        if order:
            found = [_newest(api.get(path("orders", one, "history"))) for one in order]
        else:
            found = list(selected(api, "/ops/verdicts", "verdicts", limit, page=20, stage=stage))
    show({"verdicts": found}, output, lambda shown: verdict_table(shown["verdicts"]))


def export(
    folder: Annotated[Path, typer.Argument(help="Folder for the files.", metavar="FOLDER")],
    stage: Stage = None,
    customer: Customer = None,
    limit: Most = 1_000,
    profile: As = None,
    output: Output = Format.TABLE,
) -> None:
    """Write the histories of many orders to files, one file per order (operators).

    Ended orders that already have a file are skipped, so an interrupted export continues when you
    run it again. Open orders are always written again.
    """
    api = open_api(profile)
    query = {"stage": stage, "customer_id": customer}
    orders = list(selected(api, "/orders", "orders", limit, page=100, **query))
    export_orders(api, folder, orders, output)


def _newest(history: dict[str, Any]) -> dict[str, Any]:
    """The verdict on the newest execution of a history, in the format of /ops/verdicts."""
    newest = history["executions"][-1] if history["executions"] else _NEVER_BEGAN
    return {"order_id": history["order_id"], **newest}


_NEVER_BEGAN = {
    "epoch": 0,
    "verdict": "unknown",
    "reason": "no execution started",
    "started_at": None,
    "stopped_at": None,
}
