"""`up`: emulator, deployment, data, users, health check, warm functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from local.deployment.assembly import assembly
from local.deployment.deploy import deploy, prepare_account
from local.deployment.seed import make_tables, seed_empty
from local.deployment.users import create_users, sign_in
from local.deployment.warm_up import check_health, warm_up
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import phase, say
from local.host.state import State, api_path, save
from local.lifecycle import emulator_process
from local.lifecycle.running import (
    clear_away,
    clear_away_remains,
    find_running,
    with_fresh_tokens,
)

PAYMENT_TIMEOUT = 5
"""Seconds. Short, so that payments with a permanently unavailable provider fail quickly."""
MAX_TICKS = 100
"""The stack's limit of heartbeats within the approval deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """Options of `up`. Times are in seconds; `port` 0 means any free port. Without an
    `approver_email` no approval requests are sent. `dynamodb` is the address of another DynamoDB
    for the tables; its existing data is kept.
    """

    approval_timeout: int = 900
    heartbeat: int = 900
    approver_email: str = ""
    port: int = 0
    dynamodb: str = ""

    def check(self) -> None:
        """Raise LocalProblem for times that `cdk synth` would reject half a minute later."""
        if not 0 < self.heartbeat <= self.approval_timeout <= MAX_TICKS * self.heartbeat:
            reason = f"a heartbeat of {self.heartbeat} s in {self.approval_timeout} s"
            advice = f"choose 1 to {MAX_TICKS} heartbeats within the approval timeout"
            raise LocalProblem("reading the options", reason, advice=advice)


def up(folders: Folders, wishes: UpOptions) -> tuple[State, bool]:
    """The running environment, and whether this call started it. Raises LocalProblem; after an
    error no process is left running.
    """
    wishes.check()
    with exclusive_lock(folders.lock_file):
        running = find_running(folders)
        if running is not None:
            _report_running(running, wishes)
            return with_fresh_tokens(folders, running), False
        clear_away_remains(folders)
        return _bring_up(folders, wishes), True


def _bring_up(folders: Folders, wishes: UpOptions) -> State:
    with phase("starting the emulator"):
        emulator = emulator_process.start(folders, wishes.port, wishes.dynamodb)
    state = State(
        phase="starting",
        emulator_pid=emulator.process.pid,
        emulator_started=emulator.process.started,
        emulator_url=emulator.url,
        approval_timeout_seconds=wishes.approval_timeout,
        heartbeat_seconds=wishes.heartbeat,
        dynamodb=wishes.dynamodb,
        approver_email=wishes.approver_email,
    )
    save(state, folders.state_file)
    with _nothing_left(folders):
        return _made_ready(folders, _deployed(folders, state))


@contextmanager
def _nothing_left(folders: Folders) -> Iterator[None]:
    """Stop the environment when the block fails or is interrupted."""
    try:
        yield
    except BaseException as failure:
        if isinstance(failure, LocalProblem) and failure.log is None:
            failure.log = folders.log("emulator")
        clear_away(folders)
        raise


def _deployed(folders: Folders, state: State) -> State:
    context = {
        "target": "emulator",
        "approval_timeout_seconds": str(state.approval_timeout_seconds),
        "heartbeat_seconds": str(state.heartbeat_seconds),
        "payment_timeout_seconds": str(PAYMENT_TIMEOUT),
        # The emulator serves the API and the sign-in page on one port, the API by path.
        "sign_in_url": "/",
        "console_url": state.emulator_url + api_path("{api_id}") + "/console",
        "approver_email": state.approver_email,
        "create_sender": "yes",  # a new emulator has no SES identity
    }
    made = assembly(folders, context, url=state.emulator_url)
    prepare_account(state.emulator_url)
    return replace(state, outputs=deploy(folders, made, url=state.emulator_url))


def _made_ready(folders: Folders, state: State) -> State:
    url, outputs = state.emulator_url, state.outputs
    with phase("loading data and users"):
        if state.dynamodb:
            make_tables(url, state.dynamodb, outputs)
        seed_empty(state.tables_url, outputs)
        passwords = create_users(url, outputs["UserPoolId"])
        tokens = sign_in(url, outputs, passwords)
    ready = replace(state, phase="ready", passwords=passwords, tokens=tokens)
    with phase("checking the API and warming up the functions"):
        check_health(ready)
        warm_up(ready)
    save(ready, folders.state_file)
    return ready


def _report_running(state: State, wishes: UpOptions) -> None:
    say(f"an environment is already running: {state.emulator_url} (pid {state.emulator_pid})")
    made = UpOptions(
        approval_timeout=state.approval_timeout_seconds,
        heartbeat=state.heartbeat_seconds,
        approver_email=state.approver_email,
        dynamodb=state.dynamodb,
        port=wishes.port,
    )
    if made != wishes:
        say(f"[yellow]its options are {_as_options(made)}, not {_as_options(wishes)}:[/]")
        say("[yellow]stop it with `down` first to change them[/]")


def _as_options(made: UpOptions) -> str:
    options = f"--approval-timeout {made.approval_timeout} --heartbeat {made.heartbeat}"
    options += f" --approver-email {made.approver_email}" if made.approver_email else ""
    return options + (f" --dynamodb {made.dynamodb}" if made.dynamodb else "")
