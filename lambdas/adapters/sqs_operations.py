"""OperationsQueue on an SQS queue that operators or their tools read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.domain.errors import OperationsUnavailable
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from lambdas.domain.payment_differences import Difference


class SqsOperationsQueue:
    """The operations queue."""

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        attempts = order.compensation_attempts
        self._send(order, kind="compensation-stuck", effects=list(effects), attempts=attempts)

    def report_payment(self, order: Order, problem: str, amount_minor: int) -> None:
        amount = {"amount_minor": amount_minor, "currency": order.currency}
        self._send(order, kind=problem, stage=order.stage, **amount)

    def report_difference(self, difference: "Difference") -> None:
        message = {**asdict(difference), "kind": "payment-difference"}
        self._post({**message, "difference": difference.kind}, difference.order_id)

    def report_takeovers(self, order: Order) -> None:
        self._send(order, kind="takeover-repeated", stage=order.stage, takeovers=order.takeovers)

    def _send(self, order: Order, **about: object) -> None:
        message = {"order_id": order.order_id, "epoch": order.epoch, **about}
        self._post(message, order.order_id)

    def _post(self, message: Mapping[str, object], order_id: str) -> None:
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(message))
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise OperationsUnavailable(
                "the operations queue accepted no message", order_id=order_id
            ) from error
