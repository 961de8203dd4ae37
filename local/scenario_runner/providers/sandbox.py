"""The sandbox as the payment provider of scenarios: its payments are items of a table."""

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.data.tables import from_item, scan, to_item
from local.host.aws_clients import client
from local.host.state import State
from local.scenario_runner.providers.provider import Record
from local.scenario_runner.providers.reports import Reporter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SIGNER_ITEM = "webhook-secret"
_CAPTURED_MINOR = ("captured_minor", "refundable_minor")


class Sandbox:
    """The payments table of an environment."""

    def __init__(self, state: State) -> None:
        self._dynamodb: DynamoDBClient = client("dynamodb", state.tables_url)
        self._table = state.outputs["PaymentsTable"]
        self._reporter = Reporter(state.api_url, "Sandbox-Signature")

    def payment_method(self, name: str) -> str:
        return name

    def records(self) -> Sequence[Record]:
        return scan(self._dynamodb, self._table)

    def settle(self, reference: str) -> None:
        captured = ", ".join(f"{name} = amount_minor" for name in _CAPTURED_MINOR)
        self._update(
            reference,
            f"SET #state = :captured, captured_at = :now, refunded_minor = :zero, {captured}",
            {":captured": "captured", ":now": time.time_ns() // 1_000_000, ":zero": 0},
            {"#state": "state"},
        )

    def refund_by_hand(self, reference: str, minor: int) -> None:
        refund = {"payment_key": f"by-hand:{secrets.token_hex(8)}", "refund_of": reference}
        self._dynamodb.put_item(TableName=self._table, Item=to_item({**refund, "minor": minor}))
        self._update(
            reference,
            "SET refundable_minor = refundable_minor - :minor, "
            "refunded_minor = refunded_minor + :minor ADD refunds :one",
            {":minor": minor, ":one": 1},
        )

    def fail_refund(self, reference: str) -> None:
        for record in self.records():
            if record.get("refund_of") == reference:
                key = to_item({"payment_key": record["payment_key"]})
                self._dynamodb.delete_item(TableName=self._table, Key=key)
        restored = "SET refundable_minor = captured_minor, refunded_minor = :zero"
        self._update(reference, restored, {":zero": 0})

    def report(self, reference: str, event: str) -> None:
        report = {"kind": f"payment.{event}", "reference": reference}
        self._reporter.send(self._secret(), report)

    def _update(
        self, reference: str, change: str, values: Record, names: Mapping[str, str] | None = None
    ) -> None:
        request: Any = {"ExpressionAttributeNames": names} if names else {}
        self._dynamodb.update_item(
            TableName=self._table,
            Key=to_item({"payment_key": reference}),
            UpdateExpression=change,
            ExpressionAttributeValues=to_item(values),
            **request,
        )

    def _secret(self) -> str:
        """The webhook's secret. The first report creates it."""
        key = {"payment_key": _SIGNER_ITEM}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=to_item({**key, "secret": secrets.token_hex(32)}),
                ConditionExpression="attribute_not_exists(payment_key)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
        found = self._dynamodb.get_item(TableName=self._table, Key=to_item(key))
        return str(from_item(found["Item"])["secret"])
