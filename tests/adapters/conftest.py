"""Adapters meet moto: real botocore clients, no network, one new account for each test."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws
from pytest_socket import enable_socket

from lambdas.adapters import aws_clients
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.domain.record.order import Order
from tests.adapters.http.reference_service import ReferenceService, running
from tests.adapters.payments.providers import (
    MODULES,
    Provider,
    in_memory,
    on_table,
    provider_module,
)
from tests.adapters.store.stores import InMemory, OnDynamoDB, StoreUnderTest
from tests.support import tables
from tests.support.builders import an_order
from tests.support.faults import disarm
from tests.support.moto_values import read_values_directly

if TYPE_CHECKING:
    from local.host.programs import Program
    from tests.adapters.stripe.stripe_server import StripeAccount

TEST_MODE = ["stripe-test-mode"] if "STRIPE_TEST_KEY" in os.environ else []
"""Stripe's test mode is a provider under the contract if the variable has the key of an account."""


@pytest.fixture(autouse=True)
def aws(socket_disabled: None) -> Iterator[None]:
    """A new account without faults."""
    with mock_aws(), read_values_directly():
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
def step_functions() -> Any:
    """A client whose answers `states` has."""
    return aws_clients.client("stepfunctions")


@pytest.fixture
def states(step_functions: Any) -> Iterator[Stubber]:
    """The answers of Step Functions; a test uses all that it adds."""
    with Stubber(step_functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


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
def service() -> Iterator[ReferenceService]:
    """Another service that keeps inventory and customers."""
    enable_socket()  # undone by the fixture `aws`
    with running() as started:
        yield started


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


@pytest.fixture(params=["in-memory", "sandbox", *MODULES, "localstripe", *TEST_MODE])
def provider(request: pytest.FixtureRequest) -> Provider:
    """A provider of payments under the contract. A test that fails because of a known gap of a
    server has to fail.
    """
    if request.param == "in-memory":
        return in_memory()
    if request.param == "sandbox":
        return on_table(request.getfixturevalue("dynamodb"))
    if request.param in MODULES:
        found: Provider = provider_module(request.param).provider()
        return found
    from tests.adapters.stripe import stripe_server

    enable_socket()  # undone by the fixture `aws`
    gaps = stripe_server.GAPS[request.param]
    if reason := stripe_server.gap(request.node.name, gaps):
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    if request.param == "localstripe":
        localstripe: stripe_server.StripeAccount = request.getfixturevalue("localstripe")
        return localstripe.localstripe_provider()
    account = stripe_server.StripeAccount(os.environ["STRIPE_TEST_KEY"])
    return account.provider(stripe_server.TEST_MODE_METHODS)


@pytest.fixture
def localstripe(localstripe_server: "Program") -> "StripeAccount":
    """A new account at localstripe."""
    from local.localstripe.books import delete_payments
    from local.localstripe.program import API_KEY
    from tests.adapters.stripe.stripe_server import StripeAccount

    enable_socket()
    delete_payments(localstripe_server.url)
    return StripeAccount(API_KEY, localstripe_server.url)


@pytest.fixture(scope="session")
def localstripe_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Program"]:
    """localstripe behind the proxy, for all tests of this worker."""
    from local.host.processes import end
    from local.host.programs import END_SECONDS, start_program
    from local.localstripe.program import PROGRAM

    if not PROGRAM.exists():
        pytest.skip("localstripe is not installed: make localstripe")
    enable_socket()
    log = tmp_path_factory.mktemp("localstripe") / "localstripe.log"
    program = start_program("localstripe", "local.localstripe", [], log=log)
    yield program
    end(program.process, patience_seconds=END_SECONDS)


@pytest.fixture(params=["in-memory", "sandbox"])
def sandboxed(request: pytest.FixtureRequest) -> Provider:
    """A provider with the sandbox's payment methods."""
    if request.param == "in-memory":
        return in_memory()
    return on_table(request.getfixturevalue("dynamodb"))
