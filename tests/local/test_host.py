import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cli.sign_in.profiles import Profile, read_all
from local.host.problems import LocalProblem
from local.host.processes import Process, as_seconds, end, family, wait_until_gone
from local.host.state import delete_state, load, save
from tests.local.states import a_state

STATE = a_state(
    outputs={
        "ApiId": "abc",
        "Region": "us-east-1",
        "StateMachineArn": "arn:machine",
        "AliasArn": "arn:machine:live",
        "OrdersTable": "orders",
        "InventoryTable": "inventory",
        "CustomersTable": "customers",
        "PaymentsTable": "payments",
        "OperationsQueueUrl": "http://queue",
        "UserPoolId": "pool",
        "UserPoolClientId": "client",
        "JanitorFunction": "janitor",
    },
    passwords={"alice": "secret"},
    tokens={"customer": "t"},
)
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
print(child.pid, flush=True)
time.sleep(3600)
"""


def test_the_state_and_the_profiles_are_saved_for_their_owner_until_they_are_deleted(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "deep"
    save(STATE, folder / "state.json")

    assert load(folder / "state.json") == STATE
    assert read_all(folder / "profiles.json") == {"customer": Profile(STATE.api_url, "t")}
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert modes == {"state.json": 0o600, "profiles.json": 0o600}
    delete_state(folder / "state.json")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"phase": "ready"}'])
def test_an_invalid_state_file_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)
    assert load(tmp_path / "state.json") is None
    assert load(tmp_path / "missing.json") is None


def test_the_repr_of_the_state_contains_no_secret() -> None:
    shown = repr(replace(STATE, tokens={"customer": "token-text"}))
    assert "secret" not in shown
    assert "token-text" not in shown


def test_the_connection_has_the_documented_fields(tmp_path: Path) -> None:
    connection = STATE.connection(tmp_path)
    assert connection["api_url"] == "http://127.0.0.1:1/_aws/execute-api/abc/$default"
    assert connection["alias_arn"] == "arn:machine:live"
    assert connection["tokens"] == {"customer": "t"}
    assert "passwords" not in connection


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[str]"]:
    """A process that starts a child and prints its pid."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as process:
        root = Process.of(process.pid)
        assert root is not None
        yield process
        for member in family(root):
            member.send(signal.SIGKILL)


def test_a_process_is_identified_by_its_start_time_too() -> None:
    me = Process.of(os.getpid())
    assert me is not None
    assert me.runs
    assert not Process(me.pid, "another time").runs


def test_the_processor_time_of_a_process_grows_while_it_works() -> None:
    me = Process.of(os.getpid())
    assert me is not None
    before = me.cpu_seconds()
    while me.cpu_seconds() == before:
        pass
    assert me.cpu_seconds() > before
    assert Process(me.pid, "another time").cpu_seconds() == 0


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [("0:00.07", 0.07), ("12:34.50", 754.5), ("01:02:03", 3723), ("2-00:00:01", 172801), ("", 0)],
)
def test_the_processor_time_of_ps_is_read(printed: str, seconds: float) -> None:
    assert as_seconds(printed) == pytest.approx(seconds)


def test_a_signal_does_not_reach_another_process_with_the_same_pid() -> None:
    Process(os.getpid(), "another time").send(signal.SIGKILL)


def test_an_unused_pid_is_no_process() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert Process.of(ended.pid) is None


def test_ending_a_process_ends_its_family(parent: "subprocess.Popen[str]") -> None:
    assert parent.stdout is not None
    child = Process.of(int(parent.stdout.readline()))
    root = Process.of(parent.pid)
    assert root is not None
    assert child is not None
    assert family(root) == [root, child]

    end(root, patience_seconds=0.1)
    assert wait_until_gone([root, child], 600) == []


def test_waiting_returns_the_running_processes() -> None:
    me = Process.of(os.getpid())
    assert me is not None
    assert wait_until_gone([me], 0.1) == [me]


def test_a_problem_reports_phase_reason_log_and_advice(tmp_path: Path) -> None:
    log = tmp_path / "deploy.log"
    problem = LocalProblem("deploying", "it broke", log=log, advice="fix it")
    log.write_text("\n")
    assert f"{log} is empty" in problem.text()

    log.write_text("\n".join(f"line {number}" for number in range(40)))
    text = problem.text()
    assert "deploying failed: it broke" in text
    assert "line 39" in text
    assert "line 5" not in text.split()
    assert str(log) in text
    assert "what to do: fix it" in text
