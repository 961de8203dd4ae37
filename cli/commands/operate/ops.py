"""Commands for operators: compensate, resume, abort, versions."""

from collections.abc import Iterator
from typing import Any

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption, YesOption
from cli.sign_in.session import open_api, require_role
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, require_yes, show
from cli.terminal.tables import Rows
from cli.terminal.text import visible

EXECUTION_RUNS = "its execution runs: nothing was changed"


def compensate(
    order: OrderId,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Take an order over from its execution and undo its effects (operators).

    Use it for a stuck order. A new execution releases its stock and refunds its payment.
    """
    if not yes:
        _ask(f"Compensate {order}? It cannot be completed afterwards.", profile)
    taken = open_api(profile).post(path("ops", "orders", order, "compensate"))
    _print(taken, output, f"taken over by execution {taken['epoch']}, which compensates it")


def resume(
    order: OrderId,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Continue an order whose execution failed or was lost (operators).

    Starts a new execution, which continues where the order stopped. If the old execution still
    runs, nothing changes, so the command is safe to repeat.

    The janitor also does this, but waits longer after each failure. Use the command when you have
    fixed the cause.
    """
    result = open_api(profile).post(path("ops", "orders", order, "resume"))
    resumed = f"continues in execution {result['epoch']}"
    _print(result, output, resumed if result["resumed"] else EXECUTION_RUNS)


def abort(
    order: OrderId,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Stop an order's execution immediately, in an emergency (operators).

    The execution runs no further state, not even its compensation. Within minutes the janitor
    compensates the order: it releases the stock and refunds the payment. (After an execution that
    failed or was lost, the janitor continues the order instead.)

    To end an order normally, use `cancel`: the execution itself then compensates the order.
    """
    if not yes:
        _ask(f"Stop the execution of {order} immediately?", profile)
    result = open_api(profile).post(path("ops", "orders", order, "abort"))
    compensated = "stopped; the janitor compensates it within minutes: `orders watch`"
    continued = "no execution ran; the order continues in a new one (`cancel` ends it)"
    _print(result, output, compensated if result["stopped"] else continued)


def versions(profile: ProfileOption = None, output: Output = Format.TABLE) -> None:
    """Show the number of orders and executions per version: the drain report (operators).

    You can remove a workflow version, or a published definition, when no order runs it.
    """
    report = open_api(profile).get("/ops/versions")
    show(report, output, _versions)


def _ask(question: str, profile: str | None) -> None:
    """Ask for confirmation. Raises Refused for a missing role, before asking, and without a yes."""
    require_role(profile, "operator", to="stop or compensate orders")
    require_yes(question, otherwise="nothing was done")


def _print(result: dict[str, Any], output: Format, sentence: str) -> None:
    if output is Format.JSON:
        print_json(result)
    else:
        out.print(f"{visible(result['order_id'])}: {sentence}")


def _versions(report: dict[str, Any]) -> Rows:
    return Rows(
        title=f"new orders start as {report['default_workflow_version']}",
        columns=("what", "version", "running"),
        rows=list(_version_rows(report)),
        wrapping=("what", "version"),
        key="running",  # or the ID of the oldest order
    )


def _version_rows(report: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for row in report["workflow_versions"]:
        version = f"{row['version']} ({row['status']})"
        for stage, count in sorted(row["stages"].items()):
            yield f"open orders at {stage}", version, str(count)
        if row["oldest_order_id"]:
            yield "oldest open order", version, row["oldest_order_id"]
    known = {row["version"] for row in report["workflow_versions"]}
    for version in sorted(set(report["open_orders"]) - known):
        yield "open orders", f"{version} (unknown)", str(report["open_orders"][version])
    for version, count in sorted(report["running_executions"].items()):
        yield "running executions, definition", version, str(count)
    if not report["open_orders"] and not report["running_executions"]:
        yield "nothing is running", "", ""
    if not report["complete"]:
        yield "and more (the count is incomplete)", "", ""
