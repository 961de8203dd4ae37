"""PaymentGateway for environments without real money: a provider that records its payments.

It enforces the rules of a real provider, each with one conditional write: one capture per key, no
capture under a closed key, no refund above the outstanding amount. The payment method selects its
behaviour, as test card numbers do: `pm_ok`, `pm_declined`, `pm_insufficient_funds`, `pm_flaky_2`
(fails twice, then succeeds), `pm_unavailable`, `pm_slow` (captures, but answers after the client's
timeout), `pm_refund_fails_2`, `pm_refund_fails`.
"""

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.attribute_values import from_item, to_item
from lambdas.adapters.aws_clients import error_code
from lambdas.adapters.dynamodb_errors import CONDITION_FAILED, reasons, store_errors
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentClosed,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.ports import Clock, ClosedPayment
from lambdas.domain.record.money import Money

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLIENT_TIMEOUT_SECONDS = 3
_FLAKY_CHARGE = re.compile(r"pm_flaky_(\d)")
_FLAKY_REFUND = re.compile(r"pm_refund_fails_(\d)")
_CAPTURING = frozenset({"pm_ok", "pm_slow", "pm_refund_fails"})
_DECLINES = {"pm_insufficient_funds": "insufficient funds"}


class SandboxPayments:
    """The sandbox provider on the payments table."""

    def __init__(self, client: "DynamoDBClient", clock: Clock, *, payments_table: str) -> None:
        self._client = client
        self._clock = clock
        self._table = payments_table

    def charge(self, key: str, amount: Money, payment_method: str) -> Money:
        known = self._find(key)
        if known is not None:
            return _replayed(known)
        self._misbehave(key, payment_method)
        captured = self._capture(key, amount, payment_method)
        if payment_method == "pm_slow":
            self._clock.sleep(CLIENT_TIMEOUT_SECONDS)
            raise PaymentUnsettled(f"no answer within {CLIENT_TIMEOUT_SECONDS} s")
        return captured

    def close(self, key: str) -> ClosedPayment:
        with store_errors():
            answer = self._client.update_item(
                TableName=self._table,
                Key=to_item({"payment_key": key}),
                UpdateExpression="SET closed = :yes, captured_minor = "
                "if_not_exists(captured_minor, :none)",
                ExpressionAttributeValues=to_item({":yes": True, ":none": 0}),
                ReturnValues="ALL_NEW",
            )
        payment = from_item(answer["Attributes"])
        return ClosedPayment(
            captured_minor=payment["captured_minor"],
            refunded_minor=payment.get("refunded_minor", 0),
        )

    def refund(self, key: str, payment_key: str, amount_minor: int) -> None:
        if self._find(key) is not None:
            return
        payment = self._find(payment_key)
        if payment is None or not _was_charged(payment):
            raise LedgerMismatch("the provider knows no capture under this key")
        self._refuse_refund(key, payment["payment_method"])
        try:
            with store_errors():
                self._book_refund(key, payment_key, amount_minor)
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            self._explain_refund(error)

    def _misbehave(self, key: str, method: str) -> None:
        if method == "pm_unavailable":
            raise ProviderUnavailable("the payment provider is unavailable")
        if flaky := _FLAKY_CHARGE.fullmatch(method):
            self._fail_first(f"charge:{key}", int(flaky[1]))
        elif method not in _CAPTURING and not _FLAKY_REFUND.fullmatch(method):
            raise PaymentDeclined(_DECLINES.get(method, "the payment method was declined"))

    def _refuse_refund(self, key: str, method: str) -> None:
        if method == "pm_refund_fails":
            raise ProviderUnavailable("the payment provider accepts no refunds at present")
        if flaky := _FLAKY_REFUND.fullmatch(method):
            self._fail_first(f"refund:{key}", int(flaky[1]))

    def _capture(self, key: str, amount: Money, method: str) -> Money:
        capture = {
            "payment_key": key,
            "captured_minor": amount.amount_minor,
            "refundable_minor": amount.amount_minor,
            "refunded_minor": 0,
            "currency": amount.currency,
            "payment_method": method,
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item(capture),
                ConditionExpression="attribute_not_exists(payment_key)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                with store_errors():
                    raise
            return _replayed(from_item(error.response["Item"]))  # type: ignore[typeddict-item]
        except (ConnectionError, HTTPClientError) as error:
            raise PaymentUnsettled("the payment provider did not answer") from error
        return amount

    def _fail_first(self, attempts_key: str, failures: int) -> None:
        with store_errors():
            answer = self._client.update_item(
                TableName=self._table,
                Key=to_item({"payment_key": f"attempts:{attempts_key}"}),
                UpdateExpression="ADD attempts :one",
                ExpressionAttributeValues=to_item({":one": 1}),
                ReturnValues="ALL_NEW",
            )
        if from_item(answer["Attributes"])["attempts"] <= failures:
            raise ProviderUnavailable("the payment provider is unavailable")

    def _book_refund(self, key: str, payment_key: str, amount_minor: int) -> None:
        refund: Any = {
            "TableName": self._table,
            "Item": to_item({"payment_key": key, "refund_of": payment_key, "minor": amount_minor}),
            "ConditionExpression": "attribute_not_exists(payment_key)",
        }
        payment: Any = {
            "TableName": self._table,
            "Key": to_item({"payment_key": payment_key}),
            "UpdateExpression": "SET refundable_minor = refundable_minor - :minor, "
            "refunded_minor = refunded_minor + :minor",
            "ConditionExpression": "refundable_minor >= :minor",
            "ExpressionAttributeValues": to_item({":minor": amount_minor}),
        }
        self._client.transact_write_items(TransactItems=[{"Put": refund}, {"Update": payment}])

    def _explain_refund(self, error: ClientError) -> None:
        """Return if the refund was recorded before. Raises the error of any other cancellation."""
        codes = [reason.get("Code") for reason in reasons(error)]
        if codes[0] == CONDITION_FAILED:
            return
        if codes[1] == CONDITION_FAILED:
            raise LedgerMismatch("the refund is higher than the outstanding amount") from error
        raise ProviderUnavailable("the payment provider is busy") from error

    def _find(self, key: str) -> dict[str, Any] | None:
        with store_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=to_item({"payment_key": key}), ConsistentRead=True
            )
        return from_item(answer["Item"]) if "Item" in answer else None


def _was_charged(known: dict[str, Any]) -> bool:
    """False for a key that was closed first. An order with a total of 0 is charged too."""
    return "currency" in known


def _replayed(known: dict[str, Any]) -> Money:
    """The answer to a charge under a key that was used before: what the key captured."""
    if not _was_charged(known):
        raise PaymentClosed("the payment key was closed before it was charged")
    return Money(known["captured_minor"], known["currency"])
