"""Versions are deleted only when nothing uses them: Lambda is moto's, Step Functions, whose
versions moto does not have, is recorded requests that botocore checks against the service's model.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tools import prune_versions
from tools.prune_versions import prune, sort_machine_versions

ACCOUNT = "arn:aws:{}:eu-central-1:123456789012:{}"
MACHINE = ACCOUNT.format("states", "stateMachine:OrderWorkflow-staging")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def client(service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # one of those with stubs
        service,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def machine_version(number: int) -> str:
    return f"{MACHINE}:{number}"


def definition(*function_versions: int) -> str:
    pay = ACCOUNT.format("lambda", "function:pay")
    states = {str(version): {"FunctionName": f"{pay}:{version}"} for version in function_versions}
    return json.dumps({"States": states})


@pytest.fixture
def functions(socket_disabled: None) -> Iterator[Any]:
    """Lambda with the versions 1 to 8 of one function."""
    with mock_aws():
        role = client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
        made = client("lambda")
        for number in range(8):
            code = {"ZipFile": package(f"release = {number}")}
            if number == 0:
                made.create_function(
                    FunctionName="pay",
                    Runtime="python3.13",
                    Role=role["Role"]["Arn"],
                    Handler="pay.pay",
                    Code=code,
                    Publish=True,
                )
            else:
                made.update_function_code(FunctionName="pay", Publish=True, **code)
        yield made


def package(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("pay.py", text)
    return content.getvalue()


@pytest.fixture
def step_functions() -> Any:
    return client("stepfunctions")


@pytest.fixture
def states(step_functions: Any) -> Iterator[Stubber]:
    with Stubber(step_functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def expect_versions(states: Stubber, *, routed: list[int], running: list[int]) -> None:
    """Versions 7 to 1 on two pages, an alias, and executions of which one has no version."""
    for numbers, given, following in (
        ((7, 6, 5, 4), {}, {"nextToken": "more"}),
        ((3, 2, 1), {"nextToken": "more"}, {}),
    ):
        listed = [
            {"stateMachineVersionArn": machine_version(n), "creationDate": NOW} for n in numbers
        ]
        states.add_response(
            "list_state_machine_versions",
            {"stateMachineVersions": listed, **following},
            {"stateMachineArn": MACHINE, **given},
        )
    alias = f"{MACHINE}:live"
    states.add_response(
        "list_state_machine_aliases",
        {"stateMachineAliases": [{"stateMachineAliasArn": alias, "creationDate": NOW}]},
        {"stateMachineArn": MACHINE, "maxResults": 100},
    )
    weights = [{"stateMachineVersionArn": machine_version(n), "weight": 50} for n in routed]
    states.add_response(
        "describe_state_machine_alias",
        {"routingConfiguration": weights},
        {"stateMachineAliasArn": alias},
    )
    executions = [{"stateMachineVersionArn": machine_version(number)} for number in running] + [{}]
    states.add_response(
        "list_executions",
        {"executions": [an_execution(**execution) for execution in executions]},
        {"stateMachineArn": MACHINE, "statusFilter": "RUNNING"},
    )


def an_execution(**fields: str) -> dict[str, Any]:
    execution = {
        "executionArn": f"{MACHINE}:x".replace("stateMachine", "execution"),
        "stateMachineArn": MACHINE,
        "name": "x",
        "status": "RUNNING",
        "startDate": NOW,
    }
    return execution | fields


def expect_definitions(states: Stubber, named: dict[str, str]) -> None:
    for arn, text in named.items():
        states.add_response(
            "describe_state_machine",
            {
                "stateMachineArn": arn,
                "name": "OrderWorkflow-staging",
                "definition": text,
                "roleArn": ACCOUNT.format("iam", "role/role"),
                "type": "STANDARD",
                "creationDate": NOW,
            },
            {"stateMachineArn": arn},
        )


def test_versions_that_are_routed_running_or_newest_are_used(
    step_functions: Any, states: Stubber
) -> None:
    expect_versions(states, routed=[4, 5], running=[2])

    found = sort_machine_versions(step_functions, MACHINE, keep=1)

    assert found.used == [machine_version(number) for number in (7, 5, 4, 2)]
    assert found.unused == [machine_version(number) for number in (6, 3, 1)]


def test_unused_versions_are_deleted_and_the_functions_of_used_ones_are_not(
    step_functions: Any, states: Stubber, functions: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Version 8 of the function is newer than any definition: a deployment may be in progress."""
    expect_versions(states, routed=[6], running=[2])
    used = {MACHINE: 7, machine_version(7): 7, machine_version(6): 6, machine_version(2): 3}
    expect_definitions(states, {arn: definition(number) for arn, number in used.items()})
    for number in (5, 4, 3, 1):
        states.add_response(
            "delete_state_machine_version",
            {},
            {"stateMachineVersionArn": machine_version(number)},
        )

    prune(step_functions, functions, MACHINE, keep=1, delete=True)

    left = functions.list_versions_by_function(FunctionName="pay")["Versions"]
    assert [one["Version"] for one in left] == ["$LATEST", "3", "6", "7", "8"]
    assert capsys.readouterr().out.endswith(
        "4 of 7 state machine versions and 4 function versions deleted\n"
    )


def test_nothing_is_deleted_unless_asked_for(
    step_functions: Any, states: Stubber, functions: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    expect_versions(states, routed=[7], running=[])
    used = [MACHINE, *(machine_version(number) for number in (7, 6, 5))]
    expect_definitions(states, dict.fromkeys(used, definition(7)))

    prune(step_functions, functions, MACHINE, keep=3, delete=False)

    assert len(functions.list_versions_by_function(FunctionName="pay")["Versions"]) == 9
    printed = capsys.readouterr().out.splitlines()
    assert printed[:4] == [machine_version(number) for number in (4, 3, 2, 1)]
    assert printed[4:-1] == [ACCOUNT.format("lambda", f"function:pay:{n}") for n in range(1, 7)]
    assert printed[-1].endswith("are unused; --delete deletes them")


def test_the_newest_version_is_never_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        prune_versions.main(["OrderWorkflow-staging", "--keep", "0"])

    assert "--keep must be at least 1" in capsys.readouterr().err
