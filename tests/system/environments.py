"""Separate environments for the tests, independent of one in the checkout."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.folders import HOME_VARIABLE, REPOSITORY, Folders
from local.host.processes import Process, family
from local.host.state import State
from local.lifecycle.running import find_running

APPROVER_EMAIL = "approvers@example.com"
OPTIONS = ("--approval-timeout", "900", "--heartbeat", "300", "--approver-email", APPROVER_EMAIL)
UP = ("up", *OPTIONS)
"""The default times, so that no approval deadline passes during a test on a busy machine. The first
e-mail to the approver is due after 15 seconds without a heartbeat.
"""
SHORT_TIMES = ("up", "--approval-timeout", "20", "--heartbeat", "4")
"""The times of the demo, for scenarios that wait for the deadline."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Commands of `python -m local` in a separate folder."""

    folders: Folders

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command and return its result, successful or not."""
        return subprocess.run(
            self._command(arguments),
            env=self._variables(),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

    def json(self, *arguments: str) -> dict[str, Any]:
        """The JSON output of a command; a failed command fails the test with its stderr."""
        done = self.run(*arguments, "-o", "json")
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    @contextmanager
    def staying(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """A foreground command; killed at the end if it is still running."""
        with _interruptible():
            process = subprocess.Popen(
                self._command(arguments),
                env=self._variables(),
                cwd=REPOSITORY,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        with process:
            try:
                yield process
            finally:
                process.kill()

    @property
    def state(self) -> State:
        """The running environment."""
        state = find_running(self.folders)
        assert state is not None, "no environment runs"
        return state

    def processes(self) -> list[Process]:
        """The emulator and its descendants."""
        return family(self.state.emulator)

    def kill_emulator(self) -> list[Process]:
        """Kill the emulator with SIGKILL; returns the processes before that."""
        processes = self.processes()
        os.kill(self.state.emulator_pid, signal.SIGKILL)
        return processes

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "local", *arguments]

    def _variables(self) -> dict[str, str]:
        """Variables with an invalid AWS configuration and proxy, which must not be used."""
        home = self.folders.home / "user"
        (home / ".aws").mkdir(parents=True, exist_ok=True)
        (home / ".aws" / "config").write_text("[profile broken\nregion =")
        (home / ".cdk.json").write_text('{"profile": "broken", "context": {"environment": "x"}}')
        return {
            **os.environ,
            HOME_VARIABLE: str(self.folders.home),
            "HOME": str(home),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
            "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
            "AWS_PROFILE": "no-such",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_RETRY_MODE": "none",
            "HTTP_PROXY": "http://127.0.0.1:9",
        }


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let child processes receive SIGINT. They would ignore it if a shell started the tests in the
    background.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def environment(home: Path) -> Environment:
    """An environment that keeps its files in `home`."""
    return Environment(Folders(home))


@contextmanager
def deployed(home: Path, up: Sequence[str] = UP) -> Iterator[Environment]:
    """A running environment, stopped at the end."""
    made = environment(home)
    done = made.run(*up, "--detach")
    assert done.returncode == 0, done.stderr
    try:
        yield made
    finally:
        down = made.run("down")
    assert down.returncode == 0, down.stderr
