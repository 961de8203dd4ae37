"""`python -m local` with invalid folders and streams: a sentence and an exit code."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest
import typer

from local.commands import app
from local.host.folders import HOME_VARIABLE, REPOSITORY, Folders
from local.host.state import State, save
from tests.cli.environment.test_help_and_pipes import TYPE
from tests.local.states import a_state

COMMANDS: dict[str, object] = dict(getattr(typer.main.get_command(app), "commands"))  # noqa: B009
QUICK = sorted(set(COMMANDS) - {"up", "demo"})
"""Commands that start no process without an environment."""
ARGUMENTS = {"dispute": ("01J0000000000000000000000A",)}
OPENED: list[TextIO] = []


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the variables and signal handlers of this process."""
    monkeypatch.setattr("local.commands.isolate", lambda: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    yield
    while OPENED:
        with suppress(OSError):
            OPENED.pop().close()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    return int(ended.value.code or 0)


def full_disk() -> TextIO:
    OPENED.append(os.fdopen(os.open("/dev/full", os.O_WRONLY), "w"))
    return OPENED[-1]


def pipe_without_reader() -> TextIO:
    reader, writer = os.pipe()
    os.close(reader)
    OPENED.append(os.fdopen(writer, "w"))
    return OPENED[-1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("folder", ["/dev/null/below", "/proc/none", "/dev/null"])
def test_an_invalid_folder_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, folder: str
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, folder)

    code = run(command, *ARGUMENTS.get(command, ()))

    printed = capsys.readouterr()
    assert code in (0, 1, 3)
    assert "Traceback" not in printed.err
    assert code == 0 or "what to do:" in printed.err or "running" in printed.out


@pytest.mark.parametrize("command", QUICK)
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("stdout", full_disk),
        ("stdout", pipe_without_reader),
        ("stdout", lambda: None),
        ("stderr", full_disk),
        ("stderr", pipe_without_reader),
        ("stderr", lambda: None),
        ("stdin", lambda: None),
    ],
)
def test_a_failing_stream_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    name: str,
    make: Callable[[], TextIO | None],
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(sys, name, make())
        code = run(command, *ARGUMENTS.get(command, ()))

    assert code in (0, 1, 3, 141)


def test_an_empty_variable_selects_the_default_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, "")

    assert Folders.default().home == REPOSITORY / ".local"


@pytest.mark.parametrize(
    ("remains", "said"),
    [(False, "no environment is running"), (True, "one is starting, or ended without `down`")],
)
def test_status_without_an_environment_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    remains: bool,
    said: str,
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    if remains:
        save(a_state(phase="starting"), Folders.default().state_file)

    assert run("status") == 3

    (line,) = capsys.readouterr().out.splitlines()
    assert said in line
    assert "`up --detach` starts one" in line


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("order-workflow 0.")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_commands_and_values_but_no_types(
    capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert run(option) == 0
    assert set(COMMANDS) <= set(capsys.readouterr().out.split())
    for command in COMMANDS:
        assert run(command, option) == 0
        assert re.findall(TYPE, capsys.readouterr().out) == []


def test_a_demo_beside_another_environment_gives_its_advice_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    running = State(
        phase="ready",
        emulator_pid=1,
        emulator_started="1",
        emulator_url="http://127.0.0.1:4566",
        approval_timeout_seconds=900,
        heartbeat_seconds=900,
    )
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("local.lifecycle.up.find_running", lambda _: running)
    monkeypatch.setattr("local.lifecycle.up.with_fresh_tokens", lambda _, state: state)

    assert run("demo") == 1

    printed = capsys.readouterr().err
    assert "its approval timeout is too long: 900 s" in printed
    assert printed.count("stop it with") == 1
