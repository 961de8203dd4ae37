"""For operators: compensate, abort, versions."""

from typing import Annotated, Any

import typer
from rich.table import Table

from cli.api import path
from cli.output import Format, Output, print_json, require_yes, show
from cli.session import As, OrderId, open_api, require_role
from cli.terminal import out
from cli.text import visible

Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


def compensate(
    order: OrderId, yes: Yes = False, profile: As = None, output: Output = Format.TABLE
) -> None:
    """Take an order away from its execution and undo what was done (operators).

    For an order that hangs. A new execution releases its stock and refunds its payment.
    """
    if not yes:
        _ask(f"Compensate {order}? It cannot be completed afterwards.", profile)
    taken = open_api(profile).post(path("ops", "orders", order, "compensate"))
    _tell(taken, output, f"taken over by execution {taken['epoch']}, which compensates it")


def abort(
    order: OrderId, yes: Yes = False, profile: As = None, output: Output = Format.TABLE
) -> None:
    """Stop an order's execution where it stands: the emergency brake (operators).

    Nothing of the execution runs any more, not even its own compensation. The janitor notices
    within minutes and compensates the order, because a person stopped it; stock and money are
    given back a little later. (An execution that fails or is lost is not compensated: the janitor
    continues its order in a new one.)

    To end an order in good order use `cancel`: it is a signal, applied by the execution itself.
    """
    if not yes:
        _ask(f"Stop the execution of {order} where it stands?", profile)
    told = open_api(profile).post(path("ops", "orders", order, "abort"))
    compensated = "stopped; the janitor compensates it within minutes: `orders watch`"
    continued = "nothing ran; the order continues in a new execution (`cancel` ends it)"
    _tell(told, output, compensated if told["stopped"] else continued)


def versions(profile: As = None, output: Output = Format.TABLE) -> None:
    """Show what runs which version: the drain report (operators).

    A workflow version, or a published definition, may go once nothing runs it any more.
    """
    report = open_api(profile).get("/ops/versions")
    show(report, output, _versions)


def _ask(question: str, profile: str | None) -> None:
    """Raises Refused without a yes, and for those whose yes would be worth nothing."""
    require_role(profile, "operator", to="stop or compensate orders")
    require_yes(question, otherwise="nothing was done")


def _tell(told: dict[str, Any], output: Format, sentence: str) -> None:
    if output is Format.JSON:
        print_json(told)
    else:
        out.print(f"{visible(told['order_id'])}: {sentence}")


def _versions(report: dict[str, Any]) -> Table:
    title = f"new orders start as {report['default_workflow_version']}"
    table = Table("what", "version", "running", box=None, title=title, title_justify="left")
    for version, count in sorted(report["open_orders"].items()):
        table.add_row("open orders, workflow", version, str(count))
    for version, count in sorted(report["running_executions"].items()):
        table.add_row("running executions, definition", version, str(count))
    if not report["open_orders"] and not report["running_executions"]:
        table.add_row("nothing runs", "", "")
    if not report["complete"]:
        table.add_row("and more that were not counted", "", "")
    return table
