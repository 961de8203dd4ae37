"""The deployment's four tables in moto; `stacks/order_tables.py` defines the real ones."""

from typing import TYPE_CHECKING, Any

from lambdas.adapters.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb_waits import wait_record
from lambdas.adapters.order_records import to_record
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ORDERS, INVENTORY, CUSTOMERS, PAYMENTS = "orders", "inventory", "customers", "payments"
EVERY = (ORDERS, INVENTORY, CUSTOMERS, PAYMENTS)
_KEYS = {INVENTORY: "sku", CUSTOMERS: "customer_id", PAYMENTS: "payment_key"}
_INDEXES = {
    "open": ("open_shard", "next_check_at"),
    "by_age": ("list_shard", "order_id"),
    "by_stage": ("stage_key", "order_id", "version"),
    "by_customer": ("customer_id", "order_id"),
    "by_customer_stage": ("customer_stage", "order_id"),
}
"""Partition key, sort key, and other attributes that the index holds."""


def create_tables(client: "DynamoDBClient") -> None:
    """All four tables, empty."""
    for table, key in _KEYS.items():
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    _create_orders(client)


def _create_orders(client: "DynamoDBClient") -> None:
    keys = {"pk", "sk", *(key for index in _INDEXES.values() for key in index[:2])}
    attributes: Any = [
        {"AttributeName": key, "AttributeType": "N" if key == "next_check_at" else "S"}
        for key in sorted(keys)
    ]
    indexes: Any = [
        {
            "IndexName": name,
            "KeySchema": _schema(hash_key, range_key),
            "Projection": _projection(more),
        }
        for name, (hash_key, range_key, *more) in _INDEXES.items()
    ]
    client.create_table(
        TableName=ORDERS,
        KeySchema=_schema("pk", "sk"),
        AttributeDefinitions=attributes,
        GlobalSecondaryIndexes=indexes,
        BillingMode="PAY_PER_REQUEST",
    )


def _schema(hash_key: str, range_key: str) -> Any:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def _projection(attributes: list[str]) -> Any:
    if not attributes:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": attributes}


def put_order(client: "DynamoDBClient", order: Order, **more: Any) -> None:
    """Store an order unchanged; `more` are attributes that this version does not know."""
    record: dict[str, Any] = {**to_record(order), **more}
    item = to_item(record)
    if order.inbox:
        item["signal_ids"] = {"SS": [signal.signal_id for signal in order.inbox]}
    client.put_item(TableName=ORDERS, Item=item)
    if order.wait_token is not None:
        client.put_item(TableName=ORDERS, Item=to_item(wait_record(order)))


def put_stock(client: "DynamoDBClient", sku: str, **shelf: Any) -> None:
    """Store one SKU: available, held, sold, unit_price_minor, currency, related."""
    defaults = {"available": 0, "held": 0, "sold": 0, "unit_price_minor": 1000, "currency": "EUR"}
    client.put_item(TableName=INVENTORY, Item=to_item({"sku": sku, **defaults, **shelf}))


def records(client: "DynamoDBClient", table: str) -> list[dict[str, Any]]:
    """Every record of a table."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [from_item(item) for page in pages for item in page["Items"]]
