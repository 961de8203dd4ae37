"""Reads of several items of one table in one request (BatchGetItem)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 4
"""A response holds at most 16 MB, fewer than 100 of the largest orders: the rest needs a retry."""


def read_batch(
    client: "DynamoDBClient", table: str, keys: Iterable[Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Read the records of at most 100 keys, in any order and eventually consistent. A key without
    a record is left out. (DynamoDB API reference, BatchGetItem)

    Sends at most four requests. Raises StoreUnavailable when DynamoDB leaves some keys unprocessed.
    """
    wanted: list[Any] = [to_item(key) for key in keys]
    found: list[dict[str, Any]] = []
    for _ in range(_ATTEMPTS):
        if not wanted:
            return found
        with store_errors():
            answer = client.batch_get_item(RequestItems={table: {"Keys": wanted}})
        found += [from_item(item) for item in answer["Responses"].get(table, [])]
        unprocessed: Mapping[str, Any] = answer.get("UnprocessedKeys", {}).get(table, {})
        wanted = list(unprocessed.get("Keys", []))
    if wanted:
        raise StoreUnavailable(f"DynamoDB left {len(wanted)} keys of a batch unprocessed")
    return found
