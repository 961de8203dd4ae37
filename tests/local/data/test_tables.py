from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from local.data.tables import create_copy, fill, scan
from tests.support import tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def here() -> Iterator["DynamoDBClient"]:
    """A DynamoDB with the application's tables."""
    with mock_aws():
        dynamodb = boto3.client("dynamodb", "us-east-1")
        tables.create_tables(dynamodb)
        yield dynamodb


@pytest.fixture
def elsewhere(here: "DynamoDBClient") -> "DynamoDBClient":
    """An empty DynamoDB."""
    return boto3.client("dynamodb", "eu-west-1")


def test_a_table_is_copied_with_its_keys_and_indexes(
    here: "DynamoDBClient", elsewhere: "DynamoDBClient"
) -> None:
    assert create_copy(here, elsewhere, tables.ORDERS)
    descriptions = [
        one.describe_table(TableName=tables.ORDERS)["Table"] for one in (here, elsewhere)
    ]
    assert descriptions[0]["KeySchema"] == descriptions[1]["KeySchema"]
    names = [
        {index["IndexName"] for index in description["GlobalSecondaryIndexes"]}
        for description in descriptions
    ]
    assert names[0] == names[1] != set()


def test_an_existing_table_keeps_its_data(
    here: "DynamoDBClient", elsewhere: "DynamoDBClient"
) -> None:
    create_copy(here, elsewhere, tables.CUSTOMERS)
    fill(elsewhere, tables.CUSTOMERS, [{"customer_id": "alice"}])
    assert not create_copy(here, elsewhere, tables.CUSTOMERS)
    assert scan(elsewhere, tables.CUSTOMERS) == [{"customer_id": "alice"}]
