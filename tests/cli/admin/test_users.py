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


@pytest.mark.parametrize("variable", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_a_user_is_created_with_one_role_and_listed_without_an_address(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """The command line of AWS has its own variable for the region."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv(variable, "eu-central-1")

    ran, listed = create(terminal), admin_user(terminal, "list").out

    assert (ran.code, ran.err) == (0, "")
    assert "otto: created as operator" in ran.out
    assert users(terminal)["otto"]["roles"] == ["operator"]
    assert ("otto" in listed, "@" in listed) == (True, False)


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


@pytest.mark.parametrize(
    ("command", "stack", "code", "said"),
    [
        ("create otto --role operator --email o@example.com", STACK, 1, "orders admin user grant"),
        ("disable no-such-user", STACK, 3, "there is no such user"),
        ("grant no-such-user --role operator", STACK, 3, "there is no such user"),
        ("revoke no-such-user --role operator", STACK, 3, "there is no such user"),
        ("grant otto --role boss", STACK, 2, "one of: customer, approver, operator"),
        ("list", "OrderWorkflow-none", 3, "there is no stack OrderWorkflow-none"),
        ("list", "other", 3, "stack other has no user pool"),
    ],
)
def test_a_name_role_or_stack_that_is_taken_or_unknown_is_reported(
    terminal: Terminal, command: str, stack: str, code: int, said: str
) -> None:
    create(terminal, "otto")
    a_stack("other", {})

    ran = admin_user(terminal, *command.split(), stack=stack)

    assert ran.code == code
    assert said in ran.err


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
