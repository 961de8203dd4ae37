from collections.abc import Mapping
from typing import Any

import pytest

from tests.infrastructure.template import Template

TABLES = ("Orders", "Inventory", "Customers", "Payments")


def table(template: Template, name: str) -> Mapping[str, Any]:
    (found,) = (
        resource["Properties"]
        for logical_id, resource in template.of_type("DynamoDB::GlobalTable").items()
        if logical_id.startswith(f"Tables{name}")
    )
    properties: Mapping[str, Any] = found
    return properties


def keys(schema: list[dict[str, str]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in schema}


def test_tables_are_on_demand_encrypted_and_recoverable(template: Template) -> None:
    for name in TABLES:
        properties = table(template, name)
        (replica,) = properties["Replicas"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("staging", True)])
def test_data_users_and_the_stack_itself_are_protected_outside_dev_only(
    request: pytest.FixtureRequest, environment: str, protected: bool
) -> None:
    template: Template = request.getfixturevalue(environment)
    for name in TABLES:
        (replica,) = table(template, name)["Replicas"]
        assert replica["DeletionProtectionEnabled"] is protected
    for kind in ("DynamoDB::GlobalTable", "Cognito::UserPool"):
        policies = {one["DeletionPolicy"] for one in template.of_type(kind).values()}
        assert policies == {"Retain" if protected else "Delete"}
    manifest = (template.directory / "manifest.json").read_text()
    assert ('"terminationProtection": true' in manifest) is protected


def test_orders_are_keyed_by_order_and_record_and_idempotency_keys_expire(dev: Template) -> None:
    orders = table(dev, "Orders")

    assert keys(orders["KeySchema"]) == {"HASH": "pk", "RANGE": "sk"}
    assert orders["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_orders_have_the_indexes_that_the_code_reads_with_keys_only(dev: Template) -> None:
    indexes = {
        index["IndexName"]: (keys(index["KeySchema"]), index["Projection"])
        for index in table(dev, "Orders")["GlobalSecondaryIndexes"]
    }
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    with_version = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["version"]}

    assert indexes == {
        "open": ({"HASH": "open_shard", "RANGE": "next_check_at"}, keys_only),
        "by_age": ({"HASH": "list_shard", "RANGE": "order_id"}, keys_only),
        "by_stage": ({"HASH": "stage_key", "RANGE": "order_id"}, with_version),
        "by_customer": ({"HASH": "customer_id", "RANGE": "order_id"}, keys_only),
        "by_customer_stage": ({"HASH": "customer_stage", "RANGE": "order_id"}, keys_only),
    }
    attributes = table(dev, "Orders")["AttributeDefinitions"]
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in attributes}
    assert types.pop("next_check_at") == "N"
    assert set(types.values()) == {"S"}


def test_the_catalogue_is_an_index_with_keys_only(dev: Template) -> None:
    [index] = table(dev, "Inventory")["GlobalSecondaryIndexes"]

    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert (index["IndexName"], keys(index["KeySchema"])) == (
        "listed",
        {"HASH": "listed", "RANGE": "sku"},
    )


def test_the_other_tables_are_keyed_by_their_id(dev: Template) -> None:
    ids = {"Inventory": "sku", "Customers": "customer_id", "Payments": "payment_key"}
    for name, key in ids.items():
        assert keys(table(dev, name)["KeySchema"]) == {"HASH": key}
