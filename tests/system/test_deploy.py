"""`make deploy` and `make destroy` against the emulator: all calls but those of the CDK."""

import argparse
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cli.client.api import Api
from local.host.aws_clients import REGION, client
from local.host.folders import HOME_VARIABLE
from tests.support.versions import with_status
from tests.system.environments import Environment
from tools import predeploy
from tools.aws.__main__ import deploy, destroy
from tools.aws.account import Account, AccountProblem
from tools.aws.verify import service_checks
from tools.aws.verify.__main__ import run
from tools.aws.verify.api_checks import console_is_served, user_names_ignore_case
from tools.aws.verify.stack import CheckFailed, Stack
from tools.aws.verify.table import CHECKS, Check

EMAIL = "owner@example.com"
CATALOGUE = """
[[sku]]
sku = "DEPLOYED"
name = "Loaded by the deployment"
available = 7
unit_price_minor = 100
currency = "EUR"
"""


class Emulator:
    """Clients of the emulator in place of a boto3 session."""

    region_name: str | None = REGION

    def __init__(self, url: str) -> None:
        self._url = url

    def client(self, service: str) -> Any:
        return client(service, self._url)


class Cdk:
    """Records the command lines of the CDK: the environment is deployed already."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, arguments: Sequence[str]) -> None:
        self.calls.append(list(arguments))


def options(**more: Any) -> argparse.Namespace:
    made = {"environment": "dev", "email": EMAIL, "confirm": ""}
    return argparse.Namespace(**{**made, **more})


@pytest.fixture
def account(deployment: Environment) -> Account:
    return Account(Emulator(deployment.state.emulator_url))


def test_a_deployment_gets_users_customer_and_stock_once(
    deployment: Environment,
    account: Account,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cdk, url = Cdk(), deployment.state.api_url
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE)
    pool = account.outputs("OrderWorkflow-dev")["UserPoolId"]

    for _ in range(2):
        deploy(account, options(catalogue=catalogue), environments={}, cdk=cdk, api_url=url)

    printed = capsys.readouterr().out
    assert "users created: customer1; products: 1" in printed
    assert "none, they exist" in printed
    assert "v2 (current): " in printed
    assert "/console" in printed
    assert [call[0] for call in cdk.calls] == ["deploy", "deploy"]
    cognito = account.sessions.client("cognito-idp")
    names = {user["Username"] for user in cognito.list_users(UserPoolId=pool)["Users"]}
    assert {"operator1", "approver1", "customer1"} <= names
    assert not [name for name in names if name.startswith("setup-")]
    cognito.admin_delete_user(UserPoolId=pool, Username="customer1")


def test_predeploy_counts_the_open_orders_of_the_local_environment(
    deployment: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(deployment.folders.home))
    body = {"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": "pm_ok"}
    of_carol = {**body, "customer_id": "carol", "workflow_version": "v1"}
    with closing(Api(deployment.state.api_url, deployment.state.tokens["operator"])) as operator:
        order_id = operator.post_once("/orders", of_carol, "predeploy")["order_id"]
        assert predeploy.main(["OrderWorkflow-dev", "--emulator"]) == 0
        assert re.search(r"^v1 \(supported\): \d+ open orders", capsys.readouterr().out)

        monkeypatch.setattr(predeploy, "WORKFLOW_VERSIONS", with_status(v1="removed"))
        assert predeploy.main(["OrderWorkflow-dev", "--emulator"]) == 1
        assert "open orders run version v1, which this release" in capsys.readouterr().err
        operator.post_once(
            f"/orders/{order_id}/signals/cancel-order", {"reason": "test"}, "predeploy-cancel"
        )


def test_a_stack_is_deleted_only_by_its_name(account: Account) -> None:
    cdk = Cdk()

    with pytest.raises(AccountProblem, match="--confirm OrderWorkflow-dev"):
        destroy(account, options(), cdk=cdk)
    assert cdk.calls == []
    destroy(account, options(confirm="OrderWorkflow-dev"), cdk=cdk)

    assert cdk.calls[0][:2] == ["destroy", "--force"]


def test_production_is_not_deleted(account: Account) -> None:
    with pytest.raises(AccountProblem, match="production is not deleted"):
        destroy(account, options(environment="production", confirm="OrderWorkflow-production"))


def test_an_unknown_stack_is_named(account: Account) -> None:
    with pytest.raises(AccountProblem, match="no stack OrderWorkflow-staging"):
        destroy(account, options(environment="staging"))


def test_an_account_without_a_region_is_refused(account: Account) -> None:
    account.sessions.region_name = None  # type: ignore[misc]

    with pytest.raises(AccountProblem, match="AWS_REGION"):
        account.check()


def test_an_account_without_bootstrap_is_refused(deployment: Environment, account: Account) -> None:
    parameters = account.sessions.client("ssm")
    parameters.delete_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    try:
        with pytest.raises(AccountProblem, match="cdk bootstrap aws://"):
            account.check()
    finally:
        parameters.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="31", Type="String")


ON_AWS_ONLY = {
    user_names_ignore_case: "the emulator compares names exactly",
    service_checks.the_api_may_do_what_it_needs: "the emulator enforces no IAM",
    service_checks.layers_hold_the_locked_libraries: "functions use the libraries of this machine",
    service_checks.lambda_has_concurrency_left: "the emulator has no limit of an account",
    service_checks.alarms_are_quiet: "the emulator evaluates no alarms",
    service_checks.an_alarm_reaches_its_topic: "the emulator executes no action of an alarm",
}


@pytest.mark.proof
def test_the_smoke_test_passes_on_a_deployed_stack(
    deployment: Environment, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    on_emulator = [check for check in CHECKS if check.run not in ON_AWS_ONLY]
    url = deployment.state.api_url

    failed = run(account, "OrderWorkflow-dev", api_url=url, checks=on_emulator, parallel=4)

    assert failed == [], capsys.readouterr().out


def test_a_failed_check_is_reported_with_advice_and_the_others_run(
    deployment: Environment, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(stack: Stack) -> None:
        raise CheckFailed("the console is missing")

    checks = [Check(broken, "deploy again"), Check(console_is_served, "")]

    failed = run(account, "OrderWorkflow-dev", api_url=deployment.state.api_url, checks=checks)

    printed = capsys.readouterr().out
    assert failed == ["broken"]
    assert "✗ broken: the console is missing\n  → deploy again" in printed
    assert "✓ console is served (" in printed


def test_production_is_not_verified(account: Account) -> None:
    with pytest.raises(AccountProblem, match="production is not verified"):
        run(account, "OrderWorkflow-production")
