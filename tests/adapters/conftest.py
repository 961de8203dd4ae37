"""Adapters meet moto: real botocore clients, no network, one new account for each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from lambdas.adapters import aws_clients
from tests.adapters.stores import InMemory, OnDynamoDB, StoreUnderTest
from tests.support.faults import disarm
from tests.support.tables import create_tables


@pytest.fixture(autouse=True)
def aws(socket_disabled: None) -> Iterator[None]:
    """A new account without faults."""
    with mock_aws():
        yield
    disarm()


@pytest.fixture(scope="session")
def clients() -> dict[str, Any]:
    """The clients that the adapters use, made once: what moto empties is the account behind them.

    The session is made anew, because moto reaches only those that were made after its import.
    """
    aws_clients._session.cache_clear()
    services = ("dynamodb", "sqs", "stepfunctions")
    made = {service: aws_clients.client(service) for service in services}
    return made | {"sesv2": aws_clients.client_without_retries("sesv2")}


@pytest.fixture
def dynamodb(clients: dict[str, Any]) -> Any:
    """DynamoDB with four empty tables."""
    create_tables(clients["dynamodb"])
    return clients["dynamodb"]


@pytest.fixture(params=[InMemory, OnDynamoDB], ids=["in-memory", "dynamodb"])
def under(request: pytest.FixtureRequest) -> StoreUnderTest:
    if request.param is InMemory:
        return InMemory()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))
