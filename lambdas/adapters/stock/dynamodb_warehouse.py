"""Warehouse on the inventory table; corrections are items of the orders table.

A correction is one transaction of three writes: the counters of the product, the record of the
correction (`CORRECTION#<time>#<key>`) and its idempotency key, which never expires.
"""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import (
    CONDITION_FAILED,
    cancellation_error,
    reason_codes,
    store_errors,
)
from lambdas.adapters.stock.dynamodb_catalogue import LISTED
from lambdas.domain.errors import IdempotencyMismatch, ProductNotFound, StockTooLow
from lambdas.domain.record.money import Price
from lambdas.domain.warehouse import MAX_CORRECTIONS, Correction, Details, Product

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_RECORD, _KEY = "CORRECTION#", "CORRECTION-KEY#"
_FIELDS = ("key", "sku", "change", "reason", "actor", "actor_name", "at")


class DynamoDBWarehouse:
    """Reads and writes products, and records corrections of their stock."""

    def __init__(
        self, client: "DynamoDBClient", *, orders_table: str, inventory_table: str
    ) -> None:
        self._client = client
        self._orders = orders_table
        self._inventory = inventory_table

    def find(self, sku: str) -> Product:
        with store_errors():
            answer = self._client.get_item(
                TableName=self._inventory, Key=to_item({"sku": sku}), ConsistentRead=True
            )
            if "Item" not in answer:
                raise ProductNotFound(f"there is no product {sku}")
            return _product(from_item(answer["Item"]), self._corrections(sku))

    def save(self, sku: str, details: Details) -> bool:
        values = {
            "name": details.name,
            "unit_price_minor": details.price.unit_price_minor,
            "currency": details.price.currency,
            "related": details.related,
            **(LISTED if details.listed else {}),
        }
        counters = ("available", "held", "sold")
        assigned = [f"#{name} = :{name}" for name in values]
        assigned += [f"{name} = if_not_exists({name}, :zero)" for name in counters]
        removed = "" if details.listed else " REMOVE listed"
        with store_errors():
            before = self._client.update_item(
                TableName=self._inventory,
                Key=to_item({"sku": sku}),
                UpdateExpression=f"SET {', '.join(assigned)}{removed}",
                ExpressionAttributeNames={f"#{name}": name for name in values},
                ExpressionAttributeValues=to_item(
                    {":zero": 0, **{f":{name}": value for name, value in values.items()}}
                ),
                ReturnValues="ALL_OLD",
            )
        return not before.get("Attributes")

    def correct(self, correction: Correction) -> bool:
        key = {"pk": f"STOCK#{correction.sku}", "sk": f"{_KEY}{correction.key}"}
        fields = {name: getattr(correction, name) for name in _FIELDS}
        record = {
            **fields,
            "pk": key["pk"],
            "sk": f"{_RECORD}{correction.at:014d}#{correction.key}",
        }
        writes: list[Any] = [
            {"Update": self._count(correction)},
            {"Put": {"TableName": self._orders, "Item": to_item(record)}},
            {
                "Put": {
                    "TableName": self._orders,
                    "Item": to_item({**fields, **key}),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
        try:
            with store_errors():
                self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            self._refuse(error, correction, key)
            return False
        return True

    def _count(self, correction: Correction) -> dict[str, Any]:
        """The update of the counters. `corrected` is the sum of all corrections."""
        return {
            "TableName": self._inventory,
            "Key": to_item({"sku": correction.sku}),
            "UpdateExpression": "SET available = available + :change,"
            " corrected = if_not_exists(corrected, :zero) + :change",
            "ConditionExpression": "available >= :removed",
            "ExpressionAttributeValues": to_item(
                {":change": correction.change, ":zero": 0, ":removed": max(0, -correction.change)}
            ),
        }

    def _refuse(self, error: ClientError, correction: Correction, key: dict[str, str]) -> None:
        """Raise the reason of a cancelled transaction; return if the correction is made already."""
        codes = reason_codes(error)
        if len(codes) != 3:
            raise error
        if codes[2] == CONDITION_FAILED:
            with store_errors():
                answer = self._client.get_item(
                    TableName=self._orders, Key=to_item(key), ConsistentRead=True
                )
            if not correction.repeats(_correction(from_item(answer["Item"]))):
                raise IdempotencyMismatch(
                    "the key was used for another correction of this product"
                ) from error
            return
        if codes[0] == CONDITION_FAILED:
            found = self.find(correction.sku)
            raise StockTooLow(
                f"{found.available} of {found.sku} are available; the correction removes "
                f"{-correction.change}"
            ) from error
        raise cancellation_error(codes) or error

    def _corrections(self, sku: str) -> tuple[Correction, ...]:
        answer = self._client.query(
            TableName=self._orders,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :record)",
            ExpressionAttributeValues=to_item({":pk": f"STOCK#{sku}", ":record": _RECORD}),
            ScanIndexForward=False,
            Limit=MAX_CORRECTIONS,
            ConsistentRead=True,
        )
        return tuple(_correction(from_item(item)) for item in answer["Items"])


def _product(record: dict[str, Any], corrections: tuple[Correction, ...]) -> Product:
    return Product(
        sku=record["sku"],
        details=Details(
            name=record.get("name", ""),
            price=Price(record["unit_price_minor"], record["currency"]),
            related=tuple(record.get("related", ())),
            listed="listed" in record,
        ),
        available=record["available"],
        held=record["held"],
        sold=record["sold"],
        corrections=corrections,
    )


def _correction(record: dict[str, Any]) -> Correction:
    return Correction(**{name: record[name] for name in _FIELDS})
