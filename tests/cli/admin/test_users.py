"""orders admin user: the user pool, on moto."""

import builtins
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.cli.terminal import Ran, Terminal

STACK = "OrderWorkflow-dev"


def a_stack(name: str, outputs: dict[str, Any]) -> None:
    """A stack with outputs: moto's CloudFormation creates no user pool."""
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": outputs}
    boto3.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))


@pytest.fixture(autouse=True)
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        cognito = boto3.client("cognito-idp")
        pool_id = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
        for role in ("customer", "approver", "operator"):
            cognito.create_group(UserPoolId=pool_id, GroupName=role)
        a_stack(STACK, {"UserPoolId": {"Value": pool_id}})
        yield


def admin_user(terminal: Terminal, *words: str, stack: str = STACK) -> Ran:
    return terminal.run("admin", "user", *words, "--stack", stack, who=None)


def users(terminal: Terminal) -> dict[str, Any]:
    listed: Any = admin_user(terminal, "list", "-o", "json").json["users"]
    return {one["user"]: one for one in listed}


def create(terminal: Terminal, name: str = "otto", role: str = "operator") -> Ran:
    return admin_user(terminal, "create", name, "--role", role, "--email", f"{name}@example.com")


def test_a_user_is_created_with_one_role(terminal: Terminal) -> None:
    ran = create(terminal)

    assert (ran.code, ran.err) == (0, "")
    assert "otto: created as operator" in ran.out
    assert users(terminal)["otto"]["roles"] == ["operator"]


def test_the_region_may_be_that_of_the_command_line_of_aws(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert create(terminal).code == 0


def test_the_list_shows_no_address(terminal: Terminal) -> None:
    create(terminal)

    ran = admin_user(terminal, "list")

    assert "otto" in ran.out
    assert "@" not in ran.out


def test_roles_are_granted_and_revoked(terminal: Terminal) -> None:
    create(terminal, role="customer")

    admin_user(terminal, "grant", "otto", "--role", "approver")
    granted = users(terminal)["otto"]["roles"]
    admin_user(terminal, "revoke", "otto", "--role", "customer")

    assert granted == ["customer", "approver"]
    assert users(terminal)["otto"]["roles"] == ["approver"]


def test_a_user_is_disabled(terminal: Terminal) -> None:
    create(terminal)

    ran = admin_user(terminal, "disable", "otto")

    assert ran.code == 0
    assert users(terminal)["otto"]["enabled"] is False


def test_a_name_is_taken_once(terminal: Terminal) -> None:
    create(terminal)

    ran = create(terminal)

    assert ran.code == 1
    assert "orders admin user grant" in ran.err


@pytest.mark.parametrize("command", ["disable", "grant", "revoke"])
def test_an_unknown_user_is_not_found(terminal: Terminal, command: str) -> None:
    role = () if command == "disable" else ("--role", "operator")

    ran = admin_user(terminal, command, "nobody-here", *role)

    assert ran.code == 3
    assert "there is no such user" in ran.err


def test_an_unknown_role_is_refused_before_any_call(terminal: Terminal) -> None:
    ran = admin_user(terminal, "grant", "otto", "--role", "boss")

    assert ran.code == 2
    assert "one of: customer, approver, operator" in ran.err


def test_an_unknown_stack_is_not_found(terminal: Terminal) -> None:
    ran = admin_user(terminal, "list", stack="OrderWorkflow-none")

    assert ran.code == 3
    assert "there is no stack OrderWorkflow-none" in ran.err


def test_a_stack_without_a_user_pool_is_refused(terminal: Terminal) -> None:
    a_stack("other", {})

    ran = admin_user(terminal, "list", stack="other")

    assert ran.code == 3
    assert "stack other has no user pool" in ran.err


def test_missing_credentials_are_named(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    ran = admin_user(terminal, "list")

    assert ran.code == 4
    assert "AWS_REGION" in ran.err


def test_without_boto3_the_command_says_how_to_install_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *more: Any, **named: Any) -> Any:
        if name == "boto3":
            raise ImportError(name)
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)

    ran = admin_user(terminal, "list")

    assert ran.code == 2
    assert "pip install 'order-workflow[admin]'" in ran.err
