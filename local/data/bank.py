"""The bank of the sandbox provider: it opens and decides disputes in the table of payments."""

import time
from typing import TYPE_CHECKING, Any

from local.data.tables import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class NoDispute(Exception):
    """The payment cannot be disputed, or has no open dispute."""


class SandboxBank:
    """Disputes of one payment. `reference` is the reference of a captured payment."""

    def __init__(self, client: "DynamoDBClient", *, table: str, reference: str) -> None:
        self._client = client
        self._table = table
        self._key = {"payment_key": reference}

    def open(self, amount_minor: int | None = None) -> str:
        """Withhold an amount, by default all that the customer paid. Returns the dispute's id."""
        record = self._record()
        refundable = record.get("refundable_minor", 0)
        amount = refundable if amount_minor is None else amount_minor
        disputes, now = dict(record.get("disputes", {})), time.time_ns() // 1_000_000
        if refundable == 0:
            raise NoDispute("nothing of the payment is left that was not disputed or refunded")
        if amount > refundable:
            raise NoDispute(f"at most {refundable} minor units of the payment can be disputed")
        dispute_id = f"dp_{len(disputes) + 1}"
        disputes[dispute_id] = {"state": "open", "amount_minor": amount, "opened_at": now}
        self._write(record, disputes, refundable - amount, now)
        return dispute_id

    def decide(self, *, won: bool) -> str:
        """Decide the open dispute: won leaves the money with the merchant. Returns its id."""
        record = self._record()
        disputes, now = dict(record.get("disputes", {})), time.time_ns() // 1_000_000
        dispute_id = next((name for name, one in disputes.items() if one["state"] == "open"), None)
        if dispute_id is None:
            raise NoDispute("the payment has no open dispute")
        dispute = disputes[dispute_id]
        disputes[dispute_id] = {**dispute, "state": "won" if won else "lost"}
        returned = dispute["amount_minor"] if won else 0
        self._write(record, disputes, record["refundable_minor"] + returned, now)
        return str(dispute_id)

    def _record(self) -> dict[str, Any]:
        record = self._item(self._key)
        if not record.get("captured_minor"):
            raise NoDispute("the order is not paid, or does not exist")
        return record

    def _item(self, key: dict[str, str]) -> dict[str, Any]:
        answer = self._client.get_item(TableName=self._table, Key=to_item(key), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else {}

    def _write(
        self, record: dict[str, Any], disputes: dict[str, Any], refundable: int, now: int
    ) -> None:
        """Write the disputes, if no refund was made since the record was read."""
        values = {
            ":disputes": disputes,
            ":refundable": refundable,
            ":now": now,
            ":before": record["refundable_minor"],
        }
        self._client.update_item(
            TableName=self._table,
            Key=to_item(self._key),
            UpdateExpression="SET disputes = :disputes, refundable_minor = :refundable, "
            "disputed_at = :now",
            ConditionExpression="refundable_minor = :before",
            ExpressionAttributeValues=to_item(values),
        )
