"""A release is refused while open orders have a version that it removes. The table is moto's."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.domain.record.stages import Stage
from tests.support import tables
from tests.support.builders import an_order
from tests.support.versions import with_status
from tools import predeploy
from tools.aws.account import Account, AccountProblem
from tools.predeploy import check_drained

STACK = "OrderWorkflow-staging"


class Sessions:
    """One stack with an orders table."""

    region_name: str | None = "eu-central-1"

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def client(self, service: str) -> Any:
        return self if service == "cloudformation" else self._dynamodb

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803  # as the service names it
        assert StackName == STACK
        outputs = [{"OutputKey": "OrdersTable", "OutputValue": tables.ORDERS}]
        return {"Stacks": [{"Outputs": outputs}]}


@pytest.fixture
def dynamodb(socket_disabled: None) -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "dynamodb",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        tables.create_tables(client)
        yield client


@pytest.fixture
def account(dynamodb: Any) -> Account:
    return Account(Sessions(dynamodb))


def test_the_report_counts_open_orders_by_version_and_stage(
    account: Account, dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    old = an_order(Stage.PAYMENT, version="v1")
    for order in (old, *(an_order(version="v2") for _ in range(2))):
        tables.put_order(dynamodb, order)
    tables.put_order(dynamodb, an_order(Stage.COMPLETED, version="v1"))

    check_drained(account, STACK)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"v1 (supported): 1 open orders, the oldest {old.order_id} of 20")
    assert lines[1] == "  payment: 1"
    assert lines[2].startswith("v2 (current): 2 open orders, the oldest ")
    assert lines[3:] == ["  awaiting-approval: 2"]


@pytest.mark.parametrize("version", ["v1", "v9"])
def test_open_orders_of_a_removed_or_unknown_version_refuse_the_release(
    account: Account, dynamodb: Any, version: str
) -> None:
    tables.put_order(dynamodb, an_order(Stage.PAYMENT, version=version))

    with pytest.raises(AccountProblem) as refused:
        check_drained(account, STACK, with_status(v1="removed"))

    assert f"1 open orders run version {version}" in str(refused.value)
    assert "(at payment)" in str(refused.value)
    assert f"orders batch cancel --filter version={version} -r " in str(refused.value)


def test_ended_orders_of_a_removed_version_do_not_refuse_the_release(
    account: Account, dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.put_order(dynamodb, an_order(Stage.COMPLETED, version="v1"))

    check_drained(account, STACK, with_status(v1="removed"))

    assert capsys.readouterr().out.splitlines()[0] == "v1 (removed): no open orders"


def test_an_incomplete_count_refuses_a_release_that_removes_a_version(
    account: Account, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predeploy, "COUNTED_AT_MOST", 1)
    for _ in range(4):
        tables.put_order(dynamodb, an_order(version="v2"))

    check_drained(account, STACK)
    with pytest.raises(AccountProblem, match="not all open orders were counted"):
        check_drained(account, STACK, with_status(v1="removed"))
