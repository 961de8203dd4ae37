"""Shows the executions of an order: `orders history`."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.client.api import path
from cli.commands.explain.follow import follow_history
from cli.commands.options import OrderId, ProfileOption
from cli.problems import WrongUsage
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import print_json
from cli.terminal.text import visible_data
from cli.views import charts
from cli.views.histories import history_table, metrics_table


class HistoryFormat(StrEnum):
    """The output formats of a history."""

    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    CHROME_TRACE = "chrome-trace"


HistoryOutput = Annotated[
    HistoryFormat,
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
    profile: ProfileOption = None,
    output: HistoryOutput = HistoryFormat.TABLE,
) -> None:
    """Show the executions of an order: states, attempts, errors, verdicts (operators).

    Payloads are never shown. `classify` shows only the verdicts.
    """
    if follow and output not in (HistoryFormat.TABLE, HistoryFormat.JSON):
        raise WrongUsage(
            f"-f prints single events, but {output.value} needs the whole history",
            advice="remove one of the two options, or follow with `-o json`",
        )
    api = open_api(profile)
    if follow:
        follow_history(api, order, as_json=output is HistoryFormat.JSON)
        return
    found = api.get(path("orders", order, "history"))
    if output is HistoryFormat.JSON:
        print_json(found)
    elif output is HistoryFormat.MERMAID:
        typer.echo(charts.mermaid(visible_data(found)))
    elif output is HistoryFormat.CHROME_TRACE:
        print_json(charts.chrome_trace([found]))
    else:
        shown = visible_data(found)
        out.print(history_table(shown, detailed=detailed))
        if shown["executions"]:
            out.print(metrics_table(shown))
