"""Commands about the environment: up, down, reset, status."""

import time
from typing import Annotated

import typer

from cli.terminal.output import Format, Output
from local.commands.connection import print_connection
from local.commands.output import print_json, report_problems
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import print_message
from local.host.state import State
from local.lifecycle.down import down as stop_environment
from local.lifecycle.options import UpOptions
from local.lifecycle.reset import reset as reset_data
from local.lifecycle.running import explain_absence, remove_environment
from local.lifecycle.status import status as read_status
from local.lifecycle.up import report_other_options
from local.lifecycle.up import up as start_environment

_SERVICE = "The service that has the {}, in place of the table; or `example`."


def up(
    detach: Annotated[
        bool,
        typer.Option("--detach", help="Return when the environment is ready; `down` stops it."),
    ] = False,
    output: Output = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as `-o json`.")] = False,
    approval_timeout: Annotated[
        int, typer.Option(help="How long an order waits for approval.", min=2, metavar="SECONDS")
    ] = 900,
    heartbeat: Annotated[
        int | None,
        typer.Option(
            help="The time after which a waiting order wakes by itself.",
            min=1,
            metavar="SECONDS",
            show_default="the approval timeout: no ticks",
        ),
    ] = None,
    approver_email: Annotated[
        str,
        typer.Option(
            help="Send approval requests to this address; the e-mails stay in the emulator.",
            metavar="ADDRESS",
        ),
    ] = "",
    port: Annotated[
        int,
        typer.Option(
            help="Port of the emulator; any free port if it is 0 or in use.",
            min=0,
            max=65535,
            metavar="PORT",
        ),
    ] = 0,
    dynamodb: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Use the tables of this DynamoDB (DynamoDB Local with -sharedDb). They outlive "
            "the emulator; existing data is kept.",
        ),
    ] = "",
    payments: Annotated[
        str,
        typer.Option(
            help="The payment provider: sandbox, or stripe, which is localstripe (first: `make "
            "localstripe`).",
            metavar="PROVIDER",
        ),
    ] = "sandbox",
    inventory: Annotated[str, typer.Option(metavar="URL", help=_SERVICE.format("inventory"))] = "",
    customers: Annotated[str, typer.Option(metavar="URL", help=_SERVICE.format("customers"))] = "",
    subscriber: Annotated[
        str, typer.Option(metavar="URL", help="The service that gets events; or `example`.")
    ] = "",
) -> None:
    """Start the emulator, deploy the stack to it, load seed data and users.

    Without --detach the command runs until Ctrl-C, which stops the environment. If an environment
    is running, `up` prints its addresses. The JSON object contains api_url, emulator_url,
    console_url, the ARNs and table names, and a token of each role.
    """
    folders = Folders.default()
    options = UpOptions(
        approval_timeout=approval_timeout,
        heartbeat=heartbeat or approval_timeout,
        approver_email=approver_email,
        port=port,
        dynamodb=dynamodb,
        payments=payments,
        inventory=inventory,
        customers=customers,
        subscriber=subscriber,
    )
    with report_problems():
        state, started = start_environment(folders, options)
        if not started:
            report_other_options(state, options)
        if as_json or output is Format.JSON:
            print_json(state.connection(folders.state_file))
        else:
            print_connection(state)
        if started and not detach:
            _run_until_stopped(folders, state)


def down(output: Output = Format.TABLE) -> None:
    """Stop the environment and wait until all its processes have ended."""
    with report_problems():
        was_running = stop_environment(Folders.default())
        if output is Format.JSON:
            print_json({"was_running": was_running})
        elif not was_running:
            print_message("no environment is running")


def reset(output: Output = Format.TABLE) -> None:
    """Restore the seed data: delete orders, payments, e-mails and messages; refill the stock."""
    with report_problems():
        state = reset_data(Folders.default())
        if output is Format.JSON:
            print_json({"reset": True, "api_url": state.api_url})


def status(output: Output = Format.TABLE) -> None:
    """Print whether an environment is running, its addresses and content. Exit code 3 if not."""
    with report_problems():
        found = read_status(Folders.default())
        if output is Format.JSON:
            print_json(found)
        elif not found["running"]:
            print(f"{explain_absence(Folders.default())}; `up --detach` starts one")
        else:
            for name, value in found.items():
                print(f"{name:>26}  {_as_text(value)}")
    if not found["running"]:
        raise typer.Exit(3)


def _as_text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return str(value)


def _run_until_stopped(folders: Folders, state: State) -> None:
    """Monitor the emulator until Ctrl-C, or until another command stops it."""
    print_message("Ctrl-C stops the environment.")
    taken_down = False
    try:
        while state.emulator.runs:
            time.sleep(0.5)
    finally:
        # Under the lock: a concurrent `down` may be about to remove the state file.
        with exclusive_lock(folders.lock_file):
            taken_down = not remove_environment(folders)
    if not taken_down:
        log, advice = folders.log("emulator"), "read the log, then `up` again"
        raise LocalProblem("running", "the emulator ended unexpectedly", log=log, advice=advice)
