"""Commands for many orders at once: `orders batch cancel|compensate|resume|resend`."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.arguments import Command, Group
from cli.client.api import path
from cli.commands.filters import DryRun, Filters, Rate
from cli.commands.operate.batch_run import Batch, BatchOptions, run_batch
from cli.commands.operate.ops import EXECUTION_RUNS
from cli.commands.operate.resend import send_again
from cli.commands.options import LimitOption, ProfileOption, ReasonOption, YesOption
from cli.commands.order.sending import send
from cli.problems import Refused
from cli.terminal.output import Format, Output

Order = dict[str, Any]

ENDS = ("completed", "cancelled", "failed")

batch = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="""Act on many orders (operators; customers can cancel their own).

    --filter selects orders by field=value: stage, outcome, customer, version, older (minutes). It
    may be repeated, once for each field; an order must match all. -n limits the number of orders,
    newest first. Try --dry-run first: it lists the orders and changes nothing. Orders that are left
    out are listed with the reason.

    Safe to repeat: orders that are done are left out, so the same command continues after a stop.
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

    def act(api: Any, order_id: str) -> None:
        send(api, order_id, "cancel-order", {"reason": reason}, "batch-cancel", 0)

    run_batch(
        Batch(verb="cancel", done="cancelled", left_out=_why_not_cancel, act=act),
        BatchOptions(filters, dry_run, rate, limit, yes, profile, output),
        roles=("customer", "operator"),
    )


@batch.command("compensate", cls=Command)
def compensate(
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 5.0,
    limit: LimitOption = 1_000,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Take many orders over and undo their effects (operators).

    Orders that have ended or are being compensated are left out, except stuck ones.
    """

    def act(api: Any, order_id: str) -> None:
        api.post(path("ops", "orders", order_id, "compensate"))

    run_batch(
        Batch(verb="compensate", done="compensated", left_out=_why_not_compensate, act=act),
        BatchOptions(filters, dry_run, rate, limit, yes, profile, output),
    )


@batch.command("resume", cls=Command)
def resume(
    filters: Filters = None,
    dry_run: DryRun = False,
    rate: Rate = 5.0,
    limit: LimitOption = 1_000,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Continue many orders whose executions failed or were lost (operators).

    Orders are left out if they have ended, are being compensated, or their execution runs. A dry
    run reads the execution of each order.
    """

    def act(api: Any, order_id: str) -> str | None:
        resumed = api.post(path("ops", "orders", order_id, "resume"))["resumed"]
        return None if resumed else EXECUTION_RUNS

    run_batch(
        Batch(verb="resume", done="resumed", left_out=_why_closed, act=act, check=_why_not_resume),
        BatchOptions(filters, dry_run, rate, limit, yes, profile, output),
    )


@batch.command("resend", cls=Command)
def resend(
    filters: Filters = None,
    dry_run: DryRun = False,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            help="An order gets one e-mail for each key. The default is the date (UTC).",
            metavar="KEY",
        ),
    ] = None,
    rate: Rate = 5.0,
    limit: LimitOption = 1_000,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Send the e-mails of many ended orders again (operators).

    Sends to orders whose e-mail was not sent, bounced, or may not have been sent. Other orders are
    left out, also those whose e-mail was reported as spam.

    Example: orders batch resend --filter stage=completed --filter older=10 --dry-run
    """
    request = key or f"batch-resend-{datetime.now(UTC):%Y-%m-%d}"

    def act(api: Any, order_id: str) -> None:
        sent = send_again(api, order_id, request)
        if sent["state"] != "done":
            raise Refused(f"{sent['mail']} may have been sent", advice="ask the customer")

    run_batch(
        Batch(verb="send again the e-mails of", done="sent", left_out=_why_not_resend, act=act),
        BatchOptions(filters, dry_run, rate, limit, yes, profile, output),
    )


def _why_not_cancel(order: Order) -> str | None:
    return None if "cancel-order" in order["allowed_signals"] else _describe_stage(order)


def _why_not_compensate(order: Order) -> str | None:
    return None if order["outcome"] == "compensation-stuck" else _why_closed(order)


def _why_closed(order: Order) -> str | None:
    return _describe_stage(order) if order["stage"] in (*ENDS, "compensating") else None


def _why_not_resend(order: Order) -> str | None:
    if order["stage"] not in ENDS:
        return _describe_stage(order)
    kind = "mail-confirmation" if order["stage"] == "completed" else "mail-cancellation"
    mails = {name: one for name, one in order["ledger"].items() if name.startswith(kind)}
    for name, one in mails.items():
        if one["delivery"] == "complained":
            return f"the customer complained about {name}"
        if one["state"] == "done" and one["delivery"] is None:
            return f"{name} was sent"
    return None


def _describe_stage(order: Order) -> str:
    """The stage in words."""
    if order["stage"] in ENDS:
        return f"it has ended: {order['outcome']}"
    if order["stage"] == "compensating":
        return "it is being compensated"
    return f"it is open: {order['stage']}"


def _why_not_resume(api: Any, order_id: str) -> str | None:
    """The reason to leave an order out if its newest execution runs."""
    executions = api.get(path("orders", order_id, "history"))["executions"]
    return EXECUTION_RUNS if executions and executions[-1]["verdict"] == "running" else None
