"""Inventory and customers on DynamoDB: what only tables do."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCatalogue, DynamoDBCustomers
from lambdas.domain.catalogue import Customer
from lambdas.domain.errors import StoreUnavailable
from tests.support import tables
from tests.support.faults import answer, intercept


@pytest.fixture
def catalogue(dynamodb: Any) -> DynamoDBCatalogue:
    return DynamoDBCatalogue(dynamodb, inventory_table=tables.INVENTORY)


@pytest.fixture
def customers(dynamodb: Any) -> DynamoDBCustomers:
    return DynamoDBCustomers(dynamodb, customers_table=tables.CUSTOMERS)


LEVEL = {"available": 1, "unit_price_minor": 5, "currency": "EUR"}


def leave_unread(client: Any) -> list[int]:
    """Let DynamoDB read only one key of each request. Returns the number of keys per request."""
    key_counts: list[int] = []

    def one_key_only(params: Any, **_: Any) -> Any:
        keys = json.loads(params["body"])["RequestItems"][tables.INVENTORY]["Keys"]
        key_counts.append(len(keys))
        first = {"sku": keys[0]["sku"], **to_item(LEVEL)}
        rest = {tables.INVENTORY: {"Keys": keys[1:]}} if keys[1:] else {}
        parsed = {"Responses": {tables.INVENTORY: [first]}, "UnprocessedKeys": rest}
        return SimpleNamespace(status_code=200), parsed

    intercept(client, "BatchGetItem", one_key_only)
    return key_counts


@pytest.mark.parametrize("skus", ["A", "ABC", "ABCD"])
def test_unprocessed_keys_are_requested_again(
    dynamodb: Any, catalogue: DynamoDBCatalogue, skus: str
) -> None:
    key_counts = leave_unread(dynamodb)

    assert set(catalogue.stock(list(skus))) == set(skus)

    assert key_counts == list(range(len(skus), 0, -1))


def test_a_table_that_keeps_leaving_keys_unread_is_a_transient_error(
    dynamodb: Any, catalogue: DynamoDBCatalogue
) -> None:
    key_counts = leave_unread(dynamodb)

    with pytest.raises(StoreUnavailable, match="left 5 keys of a batch unprocessed"):
        catalogue.stock([f"SKU-{i}" for i in range(9)])

    assert key_counts == [9, 8, 7, 6]


def test_a_customer_keeps_the_language_of_the_mails(customers: DynamoDBCustomers) -> None:
    bob = Customer(
        customer_id="bob", tier="new", email="b@example.com", name="Bob", language="de-AT"
    )

    customers.save(bob)

    assert customers.find("bob") == bob


def test_a_product_whose_last_units_may_be_on_shards_is_not_sold_out(
    dynamodb: Any, catalogue: DynamoDBCatalogue
) -> None:
    for sku in ("BUSY", "GONE"):
        tables.put_stock(dynamodb, sku, available=0)
    dynamodb.update_item(
        TableName=tables.INVENTORY,
        Key={"sku": {"S": "BUSY"}},
        UpdateExpression="ADD lent :shard",
        ExpressionAttributeValues={":shard": {"SS": ["1"]}},
    )

    found = catalogue.page(limit=9, cursor=None).products

    assert [(one.sku, one.sold_out) for one in found] == [("BUSY", False), ("GONE", True)]


def test_both_translate_throttling(
    dynamodb: Any, catalogue: DynamoDBCatalogue, customers: DynamoDBCustomers
) -> None:
    answer(dynamodb, "BatchGetItem", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        catalogue.stock(["A"])
    answer(dynamodb, "Query", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        catalogue.page(limit=1, cursor=None)
    answer(dynamodb, "GetItem", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        customers.find("alice")
