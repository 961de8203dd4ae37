"""Ended orders with a problem of their payment, in partitions of the index `open`: debt, dispute,
and both. An order enters and leaves them with the write of its ledger.

The date of the last check is the sort key. A cursor has the place of an order in the list, so it
stays valid when that order leaves the list.
"""

import heapq
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.adapters.orders.order_records import order_key, problem_partition
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.record.ledger import PaymentProblem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CURSOR = re.compile(r"(\d{1,15})-([0-9A-HJKMNP-TV-Z]{26})")


class Place(NamedTuple):
    """The place of an order in the list: the date of its last check (epoch ms), and its id."""

    at: int
    order_id: str

    def __str__(self) -> str:
        return f"{self.at}-{self.order_id}"

    @classmethod
    def parse(cls, cursor: str) -> "Place":
        """Raises InvalidRequest."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise InvalidRequest("the cursor is not one that a list of problems returned")
        return cls(int(found[1]), found[2])


def read_places(
    client: "DynamoDBClient",
    table: str,
    problem: PaymentProblem,
    *,
    after: Place | None,
    limit: int,
) -> list[Place]:
    """The orders that follow `after`, latest date first: one request for each partition."""

    def read(partition: str) -> Iterator[Place]:
        request: dict[str, Any] = {
            "TableName": table,
            "IndexName": "open",
            "KeyConditionExpression": "open_shard = :problems",
            "ExpressionAttributeValues": to_item({":problems": partition}),
            "Limit": limit,
            "ScanIndexForward": False,
        }
        if after is not None:
            key = {**order_key(after.order_id), "open_shard": partition, "next_check_at": after.at}
            request["ExclusiveStartKey"] = to_item(key)
        with store_errors():
            answer = client.query(**request)
        records: list[dict[str, Any]] = [from_item(item) for item in answer["Items"]]
        return (Place(r["next_check_at"], r["pk"].removeprefix("ORDER#")) for r in records)

    partitions = {problem_partition({problem}), problem_partition(set(PaymentProblem))}
    return list(islice(heapq.merge(*map(read, sorted(partitions)), reverse=True), limit))
