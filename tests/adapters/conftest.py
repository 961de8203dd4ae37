"""Adapters meet moto: real botocore clients, no network, one new account for each test."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from lambdas.adapters import aws_clients
from lambdas.adapters.dynamodb_orders import DynamoDBOrders
from lambdas.domain.record.order import Order
from tests.adapters.providers import Provider, in_memory, on_table
from tests.adapters.stores import InMemory, OnDynamoDB, StoreUnderTest
from tests.support import tables
from tests.support.builders import an_order
from tests.support.faults import disarm

collect_ignore = [] if "STRIPE_TEST_KEY" in os.environ else ["test_stripe_test_mode.py"]


@pytest.fixture(autouse=True)
def aws(socket_disabled: None) -> Iterator[None]:
    """A new account without faults."""
    with mock_aws():
        yield
    disarm()


@pytest.fixture(scope="session")
def clients() -> dict[str, Any]:
    """The clients that the adapters use, made once: moto empties only the account.

    The session is created again, because moto patches only sessions created after its import.
    """
    aws_clients._session.cache_clear()
    services = ("dynamodb", "sqs", "stepfunctions")
    made = {service: aws_clients.client(service) for service in services}
    return made | {"sesv2": aws_clients.client_without_retries("sesv2")}


@pytest.fixture
def dynamodb(clients: dict[str, Any]) -> Any:
    """DynamoDB with four empty tables."""
    tables.create_tables(clients["dynamodb"])
    return clients["dynamodb"]


@pytest.fixture(params=[InMemory, OnDynamoDB], ids=["in-memory", "dynamodb"])
def under(request: pytest.FixtureRequest) -> StoreUnderTest:
    if request.param is InMemory:
        return InMemory()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))


@pytest.fixture
def store(dynamodb: Any) -> DynamoDBOrders:
    return DynamoDBOrders(dynamodb, orders_table=tables.ORDERS, inventory_table=tables.INVENTORY)


@pytest.fixture
def order(dynamodb: Any) -> Order:
    """An order that waits, and one red mug."""
    order = an_order()
    tables.put_order(dynamodb, order)
    tables.put_stock(dynamodb, "MUG-RED", available=1, held=1)
    return order


@pytest.fixture(params=["in-memory", "sandbox", "stripe"])
def provider(request: pytest.FixtureRequest) -> Provider:
    """A provider of payments under the contract."""
    if request.param == "in-memory":
        return in_memory()
    if request.param == "stripe":
        from tests.adapters.stripe_provider import on_stripe

        return on_stripe()
    return on_table(request.getfixturevalue("dynamodb"))


@pytest.fixture(params=["in-memory", "sandbox"])
def sandboxed(request: pytest.FixtureRequest) -> Provider:
    """A provider with the sandbox's payment methods."""
    if request.param == "in-memory":
        return in_memory()
    return on_table(request.getfixturevalue("dynamodb"))
