"""Catalogue and CustomerDirectory on DynamoDB tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.batches import read_batch
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.domain.catalogue import CataloguePage, Customer, ListedProduct, StockLevel
from lambdas.domain.record.money import Price

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


LISTED = {"listed": "yes"}
"""The attribute of products in the catalogue: the partition key of the index `listed`. The index
has keys only, so a change of the stock counters does not write to it.
"""
_BEFORE_ALL = " "
"""Sorts before every SKU."""


class DynamoDBCatalogue:
    """Reads the inventory table. At most 100 SKUs a call."""

    def __init__(self, client: "DynamoDBClient", *, inventory_table: str) -> None:
        self._client = client
        self._table = inventory_table

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        keys = [{"sku": sku} for sku in dict.fromkeys(skus)]
        levels = map(_level, read_batch(self._client, self._table, keys))
        return {level.sku: level for level in levels}

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        with store_errors():
            answer = self._client.query(
                TableName=self._table,
                IndexName="listed",
                KeyConditionExpression="listed = :listed AND sku > :after",
                ExpressionAttributeValues=to_item(
                    {":listed": LISTED["listed"], ":after": cursor or _BEFORE_ALL}
                ),
                Limit=limit + 1,
            )
        skus = [from_item(item)["sku"] for item in answer["Items"]]
        shown = skus[:limit]
        records = read_batch(self._client, self._table, [{"sku": sku} for sku in shown])
        products = sorted(map(_listed_product, records), key=lambda product: product.sku)
        return CataloguePage(tuple(products), shown[-1] if len(skus) > limit else None)


class DynamoDBCustomers:
    """Reads and writes the customers table."""

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
            language=record.get("language", "en"),
        )

    def save(self, customer: Customer) -> None:
        record = {
            "customer_id": customer.customer_id,
            "tier": customer.tier,
            "email": customer.email,
            "name": customer.name,
            "language": customer.language,
        }
        with store_errors():
            self._client.put_item(TableName=self._table, Item=to_item(record))


def _level(record: Mapping[str, Any]) -> StockLevel:
    return StockLevel(
        sku=record["sku"],
        available=record["available"],
        price=Price(record["unit_price_minor"], record["currency"]),
        related=tuple(record.get("related", ())),
    )


def _listed_product(record: Mapping[str, Any]) -> ListedProduct:
    """`lent` names shards: a busy product may have its last units there."""
    return ListedProduct(
        sku=record["sku"],
        name=record.get("name", ""),
        price=Price(record["unit_price_minor"], record["currency"]),
        sold_out=record["available"] == 0 and "lent" not in record,
    )
