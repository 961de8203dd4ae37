"""`up`: emulator, deployment, data, users, health check, warm functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from local.data.seed import create_tables, seed_empty
from local.data.users import create_users, sign_in
from local.deployment.assembly import PLACEHOLDER_STRIPE_URL, assembly
from local.deployment.deploy import deploy, prepare_account
from local.deployment.warm_up import check_health, warm_up
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import phase, print_message
from local.host.state import State, api_path, save
from local.lifecycle import emulator_process
from local.lifecycle.options import UpOptions, options_of
from local.lifecycle.running import (
    find_running,
    remove_crashed_environment,
    remove_environment,
    with_fresh_tokens,
)
from local.localstripe.account import connect, deployment_context, start_localstripe
from local.services import examples as services

TWO_APPROVERS_ABOVE = "EUR:100000"
PAYMENT_TIMEOUT, SETTLEMENT_TIMEOUT = 5, 120
"""Seconds. Short, so that payments that a provider refuses or never settles fail quickly."""


def up(folders: Folders, options: UpOptions) -> tuple[State, bool]:
    """The running environment, and whether this call started it. Raises LocalProblem; after an
    error no process is left running.
    """
    options.check()
    with exclusive_lock(folders.lock_file):
        running = find_running(folders)
        if running is not None:
            where = f"{running.emulator_url} (pid {running.emulator_pid})"
            print_message(f"an environment is already running: {where}")
            return with_fresh_tokens(folders, running), False
        remove_crashed_environment(folders)
        return _start(folders, options), True


def _start(folders: Folders, options: UpOptions) -> State:
    with phase("starting the emulator"):
        emulator = emulator_process.start(folders, options.port, options.dynamodb)
    state = State(
        phase="starting",
        emulator_pid=emulator.process.pid,
        emulator_started=emulator.process.started,
        emulator_url=emulator.url,
        approval_timeout_seconds=options.approval_timeout,
        heartbeat_seconds=options.heartbeat,
        dynamodb=options.dynamodb,
        approver_email=options.approver_email,
    )
    save(state, folders.state_file)
    with _cleaned_up_on_failure(folders):
        if options.payments == "stripe":
            with phase("starting localstripe"):
                state = start_localstripe(folders, state)
            save(state, folders.state_file)
        for name, choice in options.services.items():
            with phase(f"starting the {name}"):
                state = services.add_service(folders, state, name, choice)
            save(state, folders.state_file)
        return _make_ready(folders, _deploy(folders, state))


@contextmanager
def _cleaned_up_on_failure(folders: Folders) -> Iterator[None]:
    """Stop the environment when the block fails or is interrupted."""
    try:
        yield
    except BaseException as failure:
        if isinstance(failure, LocalProblem) and failure.log is None:
            failure.log = folders.log("emulator")
        remove_environment(folders)
        raise


def stack_context(state: State) -> dict[str, str]:
    """The CDK context of the stack in an environment."""
    context = {
        "target": "emulator",
        "approval_timeout_seconds": str(state.approval_timeout_seconds),
        "heartbeat_seconds": str(state.heartbeat_seconds),
        "payment_timeout_seconds": str(PAYMENT_TIMEOUT),
        "settlement_timeout_seconds": str(SETTLEMENT_TIMEOUT),
        "two_approvers_above": TWO_APPROVERS_ABOVE,
        # The emulator serves the API and the sign-in page on one port, the API by path.
        "sign_in_url": "/",
        "console_url": state.emulator_url + api_path("{api_id}") + "/console",
        "approver_email": state.approver_email,
        "create_sender": "yes",  # a new emulator has no SES identity
    }
    if state.payments == "stripe":
        context |= deployment_context(state)
    return context | services.deployment_context(state)


def _deploy(folders: Folders, state: State) -> State:
    url, others = state.emulator_url, services.placeholders(state)
    if state.stripe_url:
        others[state.stripe_url] = PLACEHOLDER_STRIPE_URL
    template = assembly(folders, stack_context(state), url=url, others=others)
    prepare_account(url)
    services.store_secrets(state)
    deployed = replace(state, outputs=deploy(folders, template, url=url))
    services.repeat_soon(deployed)
    if state.payments == "stripe":
        connect(deployed)
    return deployed


def _make_ready(folders: Folders, state: State) -> State:
    url, outputs = state.emulator_url, state.outputs
    with phase("loading data and users"):
        if state.dynamodb:
            create_tables(url, state.dynamodb, outputs)
        seed_empty(state.tables_url, outputs)
        passwords = create_users(url, outputs["UserPoolId"])
        tokens = sign_in(url, outputs, passwords)
    ready = replace(state, phase="ready", passwords=passwords, tokens=tokens)
    with phase("checking the API and warming up the functions"):
        check_health(ready)
        warm_up(ready)
    save(ready, folders.state_file)
    return ready


def report_other_options(state: State, options: UpOptions) -> None:
    """Print the options of a running environment if they differ."""
    running = options_of(state, port=options.port)
    if running != options:
        present, requested = running.as_command_line(), options.as_command_line()
        print_message(f"[yellow]its options are {present}, not {requested}:[/]")
        print_message("[yellow]stop it with `down` first to change them[/]")
