"""Shards of a busy SKU's stock: they borrow units from its item, and are settled with it.

Each step is one transaction that keeps every unit. A function that stops between two steps leaves
nothing to repair; a step that arrives late is either still right or refused.

The item counts what its shards have borrowed as `held`, so its three counters always add up to all
units. `lent` names the shards that may have available units, `shards` those that are open. When the
last one is closed, each counter of the item is exact again.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.adapters.aws_clients import error_code
from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.adapters.stock import dynamodb_stock_expressions as expressions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 16
LARGEST_LEASE, SMALLEST_LEASE = 64, 2
"""Units that a shard borrows at once. An item with few units lends none: units on shards have to
be collected before an order may be refused."""
IDLE_MS = 60_000
"""A shard that no order used for this time is closed."""
Counters = Mapping[str, Any]


class StockShards:
    """The shards of all SKUs, and the SKUs' items that lend to them."""

    def __init__(
        self, client: "DynamoDBClient", *, orders_table: str, inventory_table: str
    ) -> None:
        self._client = client
        self._orders = orders_table
        self._inventory = inventory_table

    def item(self, sku: str) -> Counters:
        """The SKU's current item. An unknown SKU has no units."""
        return {"available": 0, **self._read(self._inventory, {"sku": sku})}

    def lend(self, sku: str, shard: int, units: int, now: int) -> bool:
        """Lend units of the SKU's item to a shard; False when another write was faster."""
        return self._try(
            expressions.lend(self._inventory, self._orders, sku, shard, units=units, now=now)
        )

    def recall(self, sku: str, shard: int) -> bool:
        """Return a shard's available units to the item; False when another write was faster."""
        seen = self._shard(sku, shard)
        return self._try(expressions.recall(self._inventory, self._orders, seen))

    def close(self, sku: str, shard: int) -> bool:
        """Settle a shard with the item; False when another write was faster."""
        seen = self._shard(sku, shard)
        return self._try(expressions.close(self._inventory, self._orders, seen))

    def close_idle(self, now: int) -> int:
        """Close the shards that no order used for IDLE_MS; returns how many were closed.

        Raises StoreUnavailable.
        """
        with store_errors():
            found = [self._shard(sku, shard) for sku, shard in self._list_open()]
            idle = [one for one in found if now - one.moved_at > IDLE_MS]
            return sum(self.close(one.sku, one.number) for one in idle)

    def _try(self, writes: list[Any]) -> bool:
        """Make a transaction; False when it was cancelled."""
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            return False
        return True

    def _list_open(self) -> list[tuple[str, int]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._orders,
            IndexName="open",
            KeyConditionExpression="open_shard = :stock",
            ExpressionAttributeValues=to_item({":stock": expressions.OPEN_SHARD}),
        )
        found = (from_item(item)["pk"] for page in pages for item in page["Items"])
        return [expressions.parse_shard_key(pk) for pk in found]

    def _shard(self, sku: str, number: int) -> expressions.Shard:
        found = self._read(self._orders, expressions.shard_key(sku, number))
        counters = {name: found.get(name, 0) for name in ("available", "sold", "moved_at")}
        return expressions.Shard(sku=sku, number=number, **counters)

    def _read(self, table: str, key: Mapping[str, str]) -> Counters:
        answer = self._client.get_item(TableName=table, Key=to_item(key), ConsistentRead=True)
        return from_item(answer.get("Item", {}))


def lendable(item: Counters) -> int:
    """The units that an item lends to one shard: half of an even share, or none."""
    units = min(LARGEST_LEASE, int(item["available"]) // (2 * SHARDS))
    return units if units >= SMALLEST_LEASE else 0
