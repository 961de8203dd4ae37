"""Every command for a deployed stack says in one line what is missing, and what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from cli.terminal.streams import INTERRUPTED, PIPE_CLOSED, run_program
from local.host.folders import HOME_VARIABLE, REPOSITORY
from tools import predeploy, prune_versions
from tools.aws import __main__ as aws
from tools.aws.verify import __main__ as verify
from tools.customer_erasure import __main__ as customer_erasure
from tools.table_restore import __main__ as table_restore

Main = Callable[[Sequence[str]], int]
STACK, AT = "OrderWorkflow-staging", "2026-11-28T09:00:00+00:00"
ON_A_STACK: dict[str, tuple[Main, list[str]]] = {
    "verify-aws": (verify.main, [STACK]),
    "predeploy": (predeploy.main, [STACK]),
    "prune": (prune_versions.main, [STACK]),
    "erase": (customer_erasure.main, [STACK, "alice"]),
    "restore": (table_restore.main, [STACK, AT]),
}
COMMANDS: dict[str, tuple[Main, list[str]]] = {
    **ON_A_STACK,
    "deploy": (aws.main, ["deploy", "--email", "owner@example.com"]),
    "destroy": (aws.main, ["destroy"]),
}


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch, socket_disabled: None) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


def refusal(main: Main, arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("name", COMMANDS)
def test_a_missing_region_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    assert "export AWS_REGION=" in refusal(*COMMANDS[name], capsys)


def test_predeploy_says_how_to_start_the_emulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))

    assert "local up --detach" in refusal(predeploy.main, [STACK, "--emulator"], capsys)


@pytest.mark.parametrize("name", COMMANDS)
def test_missing_credentials_are_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert "export AWS_PROFILE=NAME" in refusal(*COMMANDS[name], capsys)


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
@pytest.mark.parametrize("name", ON_A_STACK)
def test_an_unknown_stack_is_named(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv(variable, "eu-west-1")

    with mock_aws():
        assert f"there is no stack {STACK}" in refusal(*ON_A_STACK[name], capsys)


@pytest.mark.parametrize("name", ["prune", "erase", "restore"])
def test_a_stack_of_another_project_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody='{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}',
        )

        assert "name a stack of the order workflow" in refusal(*ON_A_STACK[name], capsys)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-28T09:00:00"])
def test_a_time_without_an_offset_is_refused(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        table_restore.main([STACK, at])

    assert "write it like 2026-11-28T09:00:00+00:00" in capsys.readouterr().err


def test_production_is_neither_deleted_nor_verified(capsys: pytest.CaptureFixture[str]) -> None:
    destroy = ["destroy", "--environment", "production"]

    assert "production is not deleted" in refusal(aws.main, destroy, capsys)
    with mock_aws():
        line = refusal(verify.main, ["OrderWorkflow-production"], capsys)
    assert "production is not verified" in line


@pytest.mark.parametrize(
    ("end", "code"),
    [(BrokenPipeError(), PIPE_CLOSED), (KeyboardInterrupt(), INTERRUPTED), (SystemExit(2), 2)],
)
def test_a_program_ends_with_the_code_that_shells_report(
    end: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.terminal.streams.discard", lambda _: None)

    def main() -> int:
        raise end

    with pytest.raises(SystemExit) as ended:
        run_program(main)
    assert ended.value.code == code


@pytest.mark.parametrize("folder", ["tools", "bench", "tests"])
def test_every_program_handles_a_closed_pipe_and_an_interruption(folder: str) -> None:
    # The set-up runs before its libraries are installed; the others print no more than a line.
    others = {"tools/setup/__main__.py", "tools/site.py", "tests/mutation/code/creation.py"}
    programs = {
        str(file.relative_to(REPOSITORY))
        for file in (REPOSITORY / folder).rglob("*.py")
        if '\nif __name__ == "__main__":' in (text := file.read_text(encoding="utf-8"))
        and "run_program(" not in text
    }

    assert programs <= others


def test_programs_of_the_functions_end_with_their_pipe() -> None:
    # They do not import `run_program`: the commands are no part of the deployment package.
    programs = {
        str(file.relative_to(REPOSITORY)): text
        for file in (REPOSITORY / "lambdas").rglob("*.py")
        if "sys.stdout.write(" in (text := file.read_text(encoding="utf-8"))
    }

    assert set(programs) == {"lambdas/api/__main__.py", "lambdas/api/event_schema.py"}
    assert all("signal.SIGPIPE, signal.SIG_DFL" in text for text in programs.values())
