"""The deployment's four tables in moto; `stacks/order_tables.py` defines the real ones."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.orders.dynamodb_waits import wait_record
from lambdas.adapters.orders.order_records import to_record
from lambdas.adapters.stock.dynamodb_catalogue import LISTED
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ORDERS, INVENTORY, CUSTOMERS, PAYMENTS = "orders", "inventory", "customers", "payments"
EVERY = (ORDERS, INVENTORY, CUSTOMERS, PAYMENTS)
Keys = tuple[str, ...]
_KEYS: Mapping[str, Keys] = {
    ORDERS: ("pk", "sk"),
    INVENTORY: ("sku",),
    CUSTOMERS: ("customer_id",),
    PAYMENTS: ("payment_key",),
}
_INDEXES: Mapping[str, Mapping[str, Keys]] = {
    ORDERS: {
        "open": ("open_shard", "next_check_at"),
        "by_age": ("list_shard", "order_id"),
        "by_stage": ("stage_key", "order_id", "version"),
        "by_customer": ("customer_id", "order_id"),
        "by_customer_stage": ("customer_stage", "order_id"),
    },
    INVENTORY: {"listed": ("listed", "sku")},
}
"""Partition key, sort key, and other attributes that the index holds."""


def create_tables(client: "DynamoDBClient") -> None:
    """All four tables, empty."""
    for table, keys in _KEYS.items():
        _create(client, table, keys, _INDEXES.get(table, {}))


def _create(client: "DynamoDBClient", table: str, keys: Keys, indexes: Mapping[str, Keys]) -> None:
    names = {*keys, *(key for index in indexes.values() for key in index[:2])}
    attributes: Any = [
        {"AttributeName": key, "AttributeType": "N" if key == "next_check_at" else "S"}
        for key in sorted(names)
    ]
    described: Any = [
        {"IndexName": name, "KeySchema": _schema(*index[:2]), "Projection": _projection(index[2:])}
        for name, index in indexes.items()
    ]
    more: Any = {"GlobalSecondaryIndexes": described} if described else {}
    client.create_table(
        TableName=table,
        KeySchema=_schema(*keys),
        AttributeDefinitions=attributes,
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _schema(*keys: str) -> Any:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)]


def _projection(attributes: Keys) -> Any:
    if not attributes:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(attributes)}


def put_order(client: "DynamoDBClient", order: Order, **more: Any) -> None:
    """Store an order unchanged; `more` are attributes that this version does not know."""
    record: dict[str, Any] = {**to_record(order), **more}
    item = to_item(record)
    if order.inbox:
        item["signal_ids"] = {"SS": [signal.signal_id for signal in order.inbox]}
    client.put_item(TableName=ORDERS, Item=item)
    if order.wait_token is not None:
        client.put_item(TableName=ORDERS, Item=to_item(wait_record(order)))


def put_stock(client: "DynamoDBClient", sku: str, **fields: Any) -> None:
    """Store one SKU: available, held, sold, unit_price_minor, currency, related, name. The
    catalogue shows it, unless `listed` is None.
    """
    counters = {"available": 0, "held": 0, "sold": 0}
    details = {"unit_price_minor": 1000, "currency": "EUR", **LISTED}
    item = to_item({"sku": sku, **counters, **details, **fields})
    client.put_item(TableName=INVENTORY, Item=item)


def records(client: "DynamoDBClient", table: str) -> list[dict[str, Any]]:
    """Every record of a table."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [from_item(item) for page in pages for item in page["Items"]]
