"""`up` and `down`: no process is left running."""

import signal
import subprocess
import time

import pytest

from local.host.problems import LocalProblem
from local.host.processes import Process, wait_until_gone
from local.host.state import State, load
from local.lifecycle import up as lifecycle
from local.lifecycle.options import UpOptions
from local.lifecycle.running import find_running
from tests.system.environments import SHORT_TIMES, Environment

pytestmark = pytest.mark.proof

END_SECONDS = 600
"""Time limit for killed processes to end, also on a busy machine."""


def assert_gone(processes: list[Process]) -> None:
    assert processes, "there were processes to look for"
    assert wait_until_gone(processes, END_SECONDS) == []


def wait_until_ready(environment: Environment, staying: "subprocess.Popen[str]") -> None:
    while find_running(environment.folders) is None:
        assert staying.poll() is None, "`up` ended before it was ready"
        time.sleep(0.2)


def test_down_leaves_nothing_running_after_a_kill_and_a_second_up(undeployed: Environment) -> None:
    undeployed.json(*SHORT_TIMES, "--detach")
    first = undeployed.kill_emulator()
    assert_gone(first)
    assert undeployed.run("status").returncode == 3
    again = undeployed.run(*SHORT_TIMES, "--detach")
    assert again.returncode == 0, again.stderr
    assert "cleaning up after a crashed environment" in again.stderr
    second = undeployed.processes()
    assert not set(first) & set(second)
    assert undeployed.json("down") == {"was_running": True}
    assert_gone(second)
    assert undeployed.json("down") == {"was_running": False}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_foreground_environment(
    undeployed: Environment, number: signal.Signals
) -> None:
    with undeployed.staying(*SHORT_TIMES) as staying:
        wait_until_ready(undeployed, staying)
        processes = undeployed.processes()
        staying.send_signal(number)
        staying.communicate()
    assert staying.returncode == 130
    assert_gone(processes)
    assert not undeployed.folders.state_file.exists()


def test_a_foreground_up_reports_the_end_of_its_emulator(undeployed: Environment) -> None:
    with undeployed.staying(*SHORT_TIMES) as staying:
        wait_until_ready(undeployed, staying)
        undeployed.kill_emulator()
        _, message = staying.communicate()
    assert staying.returncode == 1
    assert "the emulator ended unexpectedly" in message
    assert "emulator.log" in message
    assert not undeployed.folders.state_file.exists()


def test_a_failed_up_leaves_nothing(
    undeployed: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[State] = []

    def fail(_: object, state: State) -> State:
        seen.append(state)
        raise LocalProblem("deploying", "it broke", advice="fix it")

    monkeypatch.setattr(lifecycle, "_deploy", fail)
    with pytest.raises(LocalProblem, match="it broke") as problem:
        lifecycle.up(undeployed.folders, UpOptions())
    assert problem.value.log == undeployed.folders.log("emulator")
    assert_gone([seen[0].emulator])
    assert load(undeployed.folders.state_file) is None


def test_down_cleans_up_after_a_killed_up(
    undeployed: Environment,
) -> None:
    with undeployed.staying(*SHORT_TIMES) as starting:
        while load(undeployed.folders.state_file) is None:
            assert starting.poll() is None, "`up` ended before it wrote its state"
            time.sleep(0.05)
        starting.kill()
        starting.communicate()
    state = load(undeployed.folders.state_file)
    assert state is not None
    assert state.phase == "starting"
    assert undeployed.json("down") == {"was_running": True}
    assert_gone([state.emulator])
