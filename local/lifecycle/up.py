"""`up`: emulator, deployment, data, users, health check, warm functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from local.deployment.assembly import assembly
from local.deployment.deploy import deploy, prepare_account
from local.deployment.seed import make_tables, seed_empty
from local.deployment.users import create_users, sign_in
from local.deployment.warm_up import check_health, warm_up
from local.lifecycle.running import (
    clear_away,
    clear_away_remains,
    find_running,
    with_fresh_tokens,
)
from local.machine import emulator_process
from local.machine.folders import Folders
from local.machine.locking import only_one
from local.machine.problems import LocalProblem
from local.machine.progress import phase, say
from local.machine.state import State, api_path, save

PAYMENT_TIMEOUT = 5
"""Seconds: a sandbox payment that is always unavailable is given up after its first attempts."""
MAX_TICKS = 100
"""The stack's own limit of heartbeats within the deadline."""


def usual_heartbeat(approval_timeout: int) -> int:
    """Five minutes, or what fits the time for an approval better; in seconds."""
    return max(1, min(300, approval_timeout // 3), -(-approval_timeout // MAX_TICKS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What `up` is asked for; times in seconds, `port` 0 is any free one; without an
    `approver_email` nobody is asked by mail. `dynamodb` is the address of another DynamoDB that
    keeps the tables: data that are there stay.
    """

    approval_timeout: int = 900
    heartbeat: int = 300
    approver_email: str = ""
    port: int = 0
    dynamodb: str = ""

    def check(self) -> None:
        """Raise LocalProblem for times that the stack would refuse after half a minute."""
        if not 0 < self.heartbeat < self.approval_timeout <= MAX_TICKS * self.heartbeat:
            reason = f"a heartbeat of {self.heartbeat} s in {self.approval_timeout} s"
            advice = f"choose 1 to {MAX_TICKS} heartbeats within the approval timeout"
            raise LocalProblem("reading the options", reason, advice=advice)


def up(folders: Folders, wishes: Wishes) -> tuple[State, bool]:
    """The running environment, and whether it was just made. Raises LocalProblem; whatever goes
    wrong, nothing is left running.
    """
    wishes.check()
    with only_one(folders.lock_file):
        running = find_running(folders)
        if running is not None:
            _tell_running(running, wishes)
            return with_fresh_tokens(folders, running), False
        clear_away_remains(folders)
        return _bring_up(folders, wishes), True


def _bring_up(folders: Folders, wishes: Wishes) -> State:
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
    """Take everything down when the block fails or is interrupted."""
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
        "create_sender": "yes",  # an empty emulator has no sender of its own
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
    with phase("checking the API and warming the functions up"):
        check_health(ready)
        warm_up(ready)
    save(ready, folders.state_file)
    return ready


def _tell_running(state: State, wishes: Wishes) -> None:
    say(f"an environment is running already: {state.emulator_url} (pid {state.emulator_pid})")
    made = Wishes(
        approval_timeout=state.approval_timeout_seconds,
        heartbeat=state.heartbeat_seconds,
        approver_email=state.approver_email,
        dynamodb=state.dynamodb,
        port=wishes.port,
    )
    if made != wishes:
        say(f"[yellow]it was made with {_as_options(made)}, not with {_as_options(wishes)}:[/]")
        say("[yellow]take it `down` first to change that[/]")


def _as_options(made: Wishes) -> str:
    options = f"--approval-timeout {made.approval_timeout} --heartbeat {made.heartbeat}"
    options += f" --approver-email {made.approver_email}" if made.approver_email else ""
    return options + (f" --dynamodb {made.dynamodb}" if made.dynamodb else "")
