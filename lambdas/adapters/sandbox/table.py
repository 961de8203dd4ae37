"""The books of the sandbox provider: one item for each payment, refund and counted attempt."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import error_code
from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import CONDITION_FAILED, reasons, store_errors
from lambdas.domain.errors import LedgerMismatch, PaymentUnsettled, ProviderUnavailable
from lambdas.domain.payments import Dispute, DisputeState, Payment, PaymentState
from lambdas.domain.record.money import Money

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Record = Mapping[str, Any]

NO_CURRENCY = "XXX"
"""The currency of a payment that was voided before it was prepared. (ISO 4217)"""


class SandboxTable:
    """Conditional reads and writes of the payments table."""

    def __init__(self, client: "DynamoDBClient", *, name: str) -> None:
        self._client = client
        self._name = name

    def read(self, key: str) -> Record | None:
        """The item, strongly consistent; None if there is none."""
        with store_errors():
            answer = self._client.get_item(
                TableName=self._name, Key=to_item({"payment_key": key}), ConsistentRead=True
            )
        return from_item(answer["Item"]) if "Item" in answer else None

    def create(self, record: Record) -> Record | None:
        """Write a new payment. Returns the existing record if there is one under the reference."""
        with store_errors():
            try:
                self._client.put_item(
                    TableName=self._name,
                    Item=to_item(record),
                    ConditionExpression="attribute_not_exists(payment_key)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                if (old := _old_record(error)) is None:
                    raise
                return old
        return None

    def settle(self, reference: str, source: PaymentState, record: Record) -> Record:
        """Write the state and the amounts of `record` if the payment is in the state `source`.
        Returns the record afterwards: that of a concurrent request if it was first.

        Raises PaymentUnsettled if the answer is missing.
        """
        names = {f"#{name}": name for name in record}
        values = {f":{name}": value for name, value in record.items()}
        request: Any = {
            "TableName": self._name,
            "Key": to_item({"payment_key": reference}),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in record),
            "ConditionExpression": "#state = :source",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item({**values, ":source": source.value}),
        }
        return self._update(request)

    def void(self, reference: str) -> Record:
        """Void the payment if its state admits that. Returns the record afterwards."""
        request: Any = {
            "TableName": self._name,
            "Key": to_item({"payment_key": reference}),
            "UpdateExpression": "SET #state = :voided",
            # A payment of an older version has no state; it was captured if it has a currency.
            "ConditionExpression": "#state IN (:prepared, :declined, :action, :voided) OR "
            "(attribute_not_exists(#state) AND attribute_not_exists(currency))",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": to_item(
                {
                    ":voided": PaymentState.VOIDED.value,
                    ":prepared": PaymentState.PREPARED.value,
                    ":declined": PaymentState.DECLINED.value,
                    ":action": PaymentState.ACTION_REQUIRED.value,
                }
            ),
        }
        return self._update(request)

    def count_attempt(self, name: str) -> int:
        """Count one more attempt; returns their number."""
        with store_errors():
            answer = self._client.update_item(
                TableName=self._name,
                Key=to_item({"payment_key": f"attempts:{name}"}),
                UpdateExpression="ADD attempts :one",
                ExpressionAttributeValues=to_item({":one": 1}),
                ReturnValues="ALL_NEW",
            )
        return int(from_item(answer["Attributes"])["attempts"])

    def book_refund(self, reference: str, refund: Record, *, expired_before: int) -> None:
        """Write a refund and lower the refundable amount, unless the refund is known.

        Raises LedgerMismatch if it is higher than the outstanding amount.
        """
        put: Any = {
            "TableName": self._name,
            "Item": to_item(refund),
            "ConditionExpression": "attribute_not_exists(payment_key) OR made_at < :expired",
            "ExpressionAttributeValues": to_item({":expired": expired_before}),
        }
        lower: Any = {
            "TableName": self._name,
            "Key": to_item({"payment_key": reference}),
            "UpdateExpression": "SET refundable_minor = refundable_minor - :minor, "
            "refunded_minor = refunded_minor + :minor ADD refunds :one",
            "ConditionExpression": "refundable_minor >= :minor",
            "ExpressionAttributeValues": to_item({":minor": refund["minor"], ":one": 1}),
        }
        try:
            with store_errors():
                self._client.transact_write_items(TransactItems=[{"Put": put}, {"Update": lower}])
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            _explain_refund(error)

    def list_moved(self, since: int, until: int) -> Iterator[Record]:
        """The captured and disputed payments and the refunds from `since` until before `until`. It
        reads the whole table: the sandbox has no index.
        """
        request: Any = {
            "TableName": self._name,
            "FilterExpression": "captured_at BETWEEN :since AND :last OR "
            "disputed_at BETWEEN :since AND :last OR made_at BETWEEN :since AND :last",
            "ExpressionAttributeValues": to_item({":since": since, ":last": until - 1}),
            "ConsistentRead": True,
        }
        with store_errors():
            for page in self._client.get_paginator("scan").paginate(**request):
                yield from map(from_item, page["Items"])

    def _update(self, request: dict[str, Any]) -> Record:
        options: Any = {
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            answer = self._client.update_item(**request, **options)
        except ClientError as error:
            if (old := _old_record(error)) is not None:
                return old
            with store_errors():
                raise
        except (ConnectionError, HTTPClientError) as error:
            raise PaymentUnsettled("the payment provider did not answer") from error
        return from_item(answer["Attributes"])


def payment_of(record: Record) -> Payment:
    """The payment of a record. Versions that had no states recorded captured and closed keys."""
    captured_minor = record.get("captured_minor", 0)
    was_charged = "currency" in record
    before = PaymentState.CAPTURED if was_charged else PaymentState.VOIDED
    return Payment(
        state=PaymentState(record.get("state", before)),
        key=str(record["payment_key"]).partition("#")[0],
        amount=Money(
            record.get("amount_minor", captured_minor), record.get("currency", NO_CURRENCY)
        ),
        captured_minor=captured_minor,
        refunded_minor=record.get("refunded_minor", 0),
        refunds=record.get("refunds", 0),
        disputes=_disputes(record),
        reason=record.get("reason", ""),
        until=record.get("pending_until"),
    )


def _disputes(record: Record) -> tuple[Dispute, ...]:
    """The disputes that a bank wrote into the record: id -> state, amount and time of opening."""
    oldest_first = sorted(record.get("disputes", {}).items(), key=lambda one: one[1]["opened_at"])
    return tuple(
        Dispute(dispute_id=name, state=DisputeState(one["state"]), amount_minor=one["amount_minor"])
        for name, one in oldest_first
    )


def _old_record(error: ClientError) -> Record | None:
    """The record that failed the condition of a write; None for every other error."""
    if error_code(error) != "ConditionalCheckFailedException":
        return None
    item: Any = error.response.get("Item")
    return from_item(item) if item else None


def _explain_refund(error: ClientError) -> None:
    """Return if the refund was recorded before. Raises the error of any other cancellation."""
    codes = [reason.get("Code") for reason in reasons(error)]
    if codes[0] == CONDITION_FAILED:
        return
    if codes[1] == CONDITION_FAILED:
        raise LedgerMismatch("the refund is higher than the outstanding amount") from error
    raise ProviderUnavailable("the payment provider is busy") from error
