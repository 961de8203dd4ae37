"""Catalogue and CustomerDirectory on DynamoDB tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lambdas.adapters.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb_errors import store_errors
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.ports import Customer, StockLevel
from lambdas.domain.starting import Price

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PATIENCE = 4


class DynamoDBCatalogue:
    """The inventory table, to read. At most 100 SKUs a call (the limit of BatchGetItem)."""

    def __init__(self, client: "DynamoDBClient", *, inventory_table: str) -> None:
        self._client = client
        self._table = inventory_table

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        wanted: list[dict[str, Any]] = [to_item({"sku": sku}) for sku in dict.fromkeys(skus)]
        levels: dict[str, StockLevel] = {}
        for _ in range(_PATIENCE):
            if not wanted:
                return levels
            found, wanted = self._read(wanted)
            levels |= {level.sku: level for level in found}
        if wanted:
            raise StoreUnavailable("DynamoDB left part of the inventory unread")
        return levels

    def _read(self, keys: list[dict[str, Any]]) -> tuple[list[StockLevel], list[dict[str, Any]]]:
        with store_errors():
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys}})
        items = answer["Responses"].get(self._table, [])
        unread: Mapping[str, Any] = answer.get("UnprocessedKeys", {}).get(self._table, {})
        return [_level(from_item(item)) for item in items], list(unread.get("Keys", []))


class DynamoDBCustomers:
    """The customers table, to read."""

    def __init__(self, client: "DynamoDBClient", *, customers_table: str) -> None:
        self._client = client
        self._table = customers_table

    def find(self, customer_id: str) -> Customer | None:
        with store_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=to_item({"customer_id": customer_id})
            )
        if "Item" not in answer:
            return None
        record = from_item(answer["Item"])
        return Customer(
            customer_id=customer_id,
            tier=record["tier"],
            email=record.get("email", ""),
            name=record.get("name", ""),
        )


def _level(record: Mapping[str, Any]) -> StockLevel:
    return StockLevel(
        sku=record["sku"],
        available=record["available"],
        price=Price(record["unit_price_minor"], record["currency"]),
        related=tuple(record.get("related", ())),
    )
