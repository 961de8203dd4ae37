"""Commands about the environment: up, down, reset, status, tokens, env."""

import os
import shlex
import time
from typing import Annotated

import typer

from cli.terminal.text import visible
from local.commands.output import print_json, reported
from local.deployment.mailbox import mails as all_mails
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import say
from local.host.state import State, profiles_beside
from local.lifecycle.down import down as take_down
from local.lifecycle.reset import reset as reset_data
from local.lifecycle.running import clear_away, require_running, with_fresh_tokens
from local.lifecycle.status import status as read_status
from local.lifecycle.up import UpOptions
from local.lifecycle.up import up as bring_up

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def up(
    detach: Annotated[
        bool,
        typer.Option("--detach", help="Return when the environment is ready; `down` stops it."),
    ] = False,
    as_json: AsJson = False,
    approval_timeout: Annotated[
        int, typer.Option(help="Seconds that an order waits for approval.", min=2)
    ] = 900,
    heartbeat: Annotated[
        int | None,
        typer.Option(
            help="Seconds after which a waiting order wakes by itself.",
            min=1,
            show_default="the approval timeout: no ticks",
        ),
    ] = None,
    approver_email: Annotated[
        str,
        typer.Option(
            help="Send approval requests to this address; the e-mails stay in the emulator."
        ),
    ] = "",
    port: Annotated[
        int,
        typer.Option(
            help="Port of the emulator; any free port if it is 0 or in use.", min=0, max=65535
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
) -> None:
    """Start the emulator, deploy the stack to it, load seed data and users.

    Without --detach the command runs until Ctrl-C, which stops the environment. If an environment
    is running, `up` prints its addresses. The JSON object contains api_url, emulator_url,
    console_url, the ARNs and table names, and tokens for customer, other_customer, approver and
    operator.
    """
    folders = Folders.default()
    wishes = UpOptions(
        approval_timeout=approval_timeout,
        heartbeat=heartbeat or approval_timeout,
        approver_email=approver_email,
        port=port,
        dynamodb=dynamodb,
    )
    with reported():
        state, made = bring_up(folders, wishes)
        if as_json:
            print_json(state.connection(folders.state_file))
        else:
            show_connection(state)
        if made and not detach:
            _stay(folders, state)


def down(as_json: AsJson = False) -> None:
    """Stop the environment and wait until all its processes have ended."""
    with reported():
        was_running = take_down(Folders.default())
        if as_json:
            print_json({"was_running": was_running})
        elif not was_running:
            say("no environment is running")


def reset(as_json: AsJson = False) -> None:
    """Restore the seed data: delete orders, payments, e-mails and messages; refill the stock."""
    with reported():
        state = reset_data(Folders.default())
        if as_json:
            print_json({"reset": True, "api_url": state.api_url})


def status(as_json: AsJson = False) -> None:
    """Print whether an environment is running, its addresses and content. Exit code 3 if not."""
    with reported():
        found = read_status(Folders.default())
        if as_json:
            print_json(found)
        else:
            for name, value in found.items():
                print(f"{name:>26}  {_plain(value)}")
    if not found["running"]:
        raise typer.Exit(3)


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
    return str(value)


def mails(as_json: AsJson = False) -> None:
    """Print all sent e-mails, oldest first. No e-mail leaves this machine."""
    with reported():
        sent = all_mails(require_running(Folders.default()).emulator_url)
        if as_json:
            print_json({"mails": sent})
        elif not sent:
            say("no e-mail was sent yet")
        else:
            for mail in sent:
                head = f"To: {', '.join(mail['to'])}\nSubject: {visible(mail['subject'])}"
                body = visible(mail["body"].replace("\r\n", "\n"), keep="\n")
                print(f"{head}\n\n{body}")
                print("-" * 78)


def tokens(as_json: AsJson = False) -> None:
    """Print access tokens of the local users. Tokens that expire in ten minutes are replaced.

    Use a token as `Authorization: Bearer <token>`.
    """
    folders = Folders.default()
    with reported():
        state = with_fresh_tokens(folders, require_running(folders))
        if as_json:
            print_json(dict(state.tokens))
        else:
            for name, token in state.tokens.items():
                print(f"{name}={token}")


def env() -> None:
    """Print shell variables: API_URL, EMULATOR_URL, and a token each in CUSTOMER, OTHER_CUSTOMER,
    APPROVER and OPERATOR. Use it as `eval "$(.venv/bin/python -m local env)"`.

    Then `orders` uses the customer's token; with `-p approver` or `-p operator`, that token.
    """
    folders = Folders.default()
    with reported():
        state = with_fresh_tokens(folders, require_running(folders))
        print(f"export API_URL={shlex.quote(state.api_url)}")
        print(f"export EMULATOR_URL={shlex.quote(state.emulator_url)}")
        for name, token in state.tokens.items():
            print(f"export {name.upper()}={shlex.quote(token)}")
        print(f"export ORDERS_CONFIG={shlex.quote(str(profiles_beside(folders.state_file)))}")
        print("export ORDERS_PROFILE=customer")
        for name in ("NO_PROXY", "no_proxy"):
            print(f"export {name}={shlex.quote(os.environ[name])}")


def show_connection(state: State) -> None:
    """Print the addresses of the environment and the next commands."""
    print(f"\n  API       {state.api_url}")
    print(f"  API docs  {state.api_url}/docs")
    print(f"  console   {state.api_url}/console")
    print(f"  emulator  {state.emulator_url}")
    print('\n  in a shell: eval "$(.venv/bin/python -m local env)", then .venv/bin/orders --help')
    print("  next: `.venv/bin/python -m local status`, `… reset`, `… down`\n")


def _stay(folders: Folders, state: State) -> None:
    """Monitor the emulator until Ctrl-C, or until another command stops it."""
    say("Ctrl-C stops the environment.")
    taken_down = False
    try:
        while state.emulator.runs:
            time.sleep(0.5)
    finally:
        # Under the lock: a concurrent `down` may be about to remove the state file.
        with exclusive_lock(folders.lock_file):
            taken_down = not clear_away(folders)
    if not taken_down:
        log, advice = folders.log("emulator"), "read the log, then `up` again"
        raise LocalProblem("running", "the emulator ended unexpectedly", log=log, advice=advice)
