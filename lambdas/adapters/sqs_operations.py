"""OperationsDesk on an SQS queue that people (or their tools) read."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.domain.errors import OperationsUnavailable
from lambdas.domain.order import Order

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsOperationsDesk:
    """The operations queue."""

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        message = {
            "kind": "compensation-stuck",
            "order_id": order.order_id,
            "epoch": order.epoch,
            "effects": list(effects),
            "attempts": order.compensation_attempts,
        }
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(message))
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise OperationsUnavailable(
                "the operations queue took no message", order_id=order.order_id
            ) from error
