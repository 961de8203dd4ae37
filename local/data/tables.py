"""Read, write and empty whole tables as plain Python values."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Record = Mapping[str, Any]

_BATCH = 25
"""The limit of BatchWriteItem."""
_read = TypeDeserializer().deserialize
_write = TypeSerializer().serialize


def to_item(record: Record) -> dict[str, Any]:
    """Convert a record to DynamoDB's attribute values."""
    return {name: _write(value) for name, value in record.items()}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item to plain values; all numbers are integers."""
    return {name: _plain_value(_read(value)) for name, value in item.items()}


def scan(client: "DynamoDBClient", table: str) -> list[dict[str, Any]]:
    """All records of a table."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [from_item(item) for page in pages for item in page["Items"]]


def create_copy(source: "DynamoDBClient", target: "DynamoDBClient", table: str) -> bool:
    """Create a table in `target` with its keys and indexes in `source`. False if it exists."""
    if table in target.list_tables()["TableNames"]:
        return False
    description = source.describe_table(TableName=table)["Table"]
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in description.get("GlobalSecondaryIndexes", ())
    ]
    target.create_table(
        TableName=table,
        KeySchema=description["KeySchema"],
        AttributeDefinitions=description["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),  # type: ignore[arg-type]
    )
    return True


def fill(client: "DynamoDBClient", table: str, records: Sequence[Record]) -> None:
    """Put records into a table."""
    _batches(client, table, [{"PutRequest": {"Item": to_item(record)}} for record in records])


def empty(client: "DynamoDBClient", table: str) -> None:
    """Delete every record of a table."""
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = [key["AttributeName"] for key in schema]
    keys = [{name: record[name] for name in names} for record in scan(client, table)]
    _batches(client, table, [{"DeleteRequest": {"Key": to_item(key)}} for key in keys])


def _batches(client: "DynamoDBClient", table: str, requests: list[Any]) -> None:
    open_requests = list(requests)
    while open_requests:
        batch, open_requests = open_requests[:_BATCH], open_requests[_BATCH:]
        answer = client.batch_write_item(RequestItems={table: batch})
        open_requests += answer.get("UnprocessedItems", {}).get(table, [])


def _plain_value(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value)
        case list():
            return [_plain_value(one) for one in value]
        case dict():
            return {name: _plain_value(one) for name, one in value.items()}
    return value
