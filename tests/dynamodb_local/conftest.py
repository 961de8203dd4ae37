"""One server for all tests; each test has a separate account, and so separate tables."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dynamodb_local.server import DynamoDBLocal, dynamodb_local, why_not
from tests.support.tables import create_tables
from tests.support.telemetry import discard_metrics


@pytest.fixture(scope="session")
def server() -> Iterator[DynamoDBLocal]:
    """DynamoDB Local; where it cannot run, its tests are reported as not run, with the reason."""
    reason = why_not()
    if reason:
        pytest.skip(f"DynamoDB Local was not run: {reason}")
    with dynamodb_local() as running:
        yield running


@pytest.fixture
def dynamodb(server: DynamoDBLocal) -> Any:
    """A client of a new account with the four tables, empty. Activities that run at once count so
    many errors that their metrics are written in between, which needs a namespace.
    """
    discard_metrics()
    client = server.client()
    create_tables(client)
    return client
