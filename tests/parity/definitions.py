"""Function sources and ASL states that many parity tests use."""

import uuid
from typing import Any

from tests.parity.emulators import Emulator

OK = "def handle(event, context):\n    return event\n"

DECLINED = """
class PaymentDeclined(Exception):
    pass

def handle(event, context):
    raise PaymentDeclined("no money")
"""

KEEP_TOKEN = """
import os, boto3

def handle(event, context):
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["token"])
"""

LONG_WAIT = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
"""States of a machine that outlasts every test."""


def task(function: str, **fields: Any) -> dict[str, Any]:
    """A Task that calls a function with the whole input; the last state unless Next is given."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": "$"},
        **_end(fields),
    }


def waiting(function: str, **fields: Any) -> dict[str, Any]:
    """A Task that waits for its token."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token"}},
        **_end(fields),
    }


def passing(result: Any = None, **fields: Any) -> dict[str, Any]:
    """A Pass state with a result."""
    chosen = {} if result is None else {"Result": result}
    return {"Type": "Pass", **chosen, **_end(fields)}


def catching(following: str, *names: str) -> list[dict[str, Any]]:
    """A Catch list that keeps the error."""
    return [{"ErrorEquals": list(names), "Next": following, "ResultPath": "$.failure"}]


def _end(fields: dict[str, Any]) -> dict[str, Any]:
    return fields if "Next" in fields else {"End": True, **fields}


class Doorbell:
    """A function that puts its task tokens into a queue, and the queue."""

    def __init__(self, aws: Emulator) -> None:
        self._aws = aws
        self._sqs = aws.client("sqs")
        name = f"tokens-{uuid.uuid4().hex[:8]}"
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        variables = {"QUEUE": self._queue}
        self.function = aws.function(KEEP_TOKEN, Environment={"Variables": variables})

    def token(self) -> str:
        """The next token in the queue."""

        def receive() -> str | None:
            found = self._sqs.receive_message(QueueUrl=self._queue).get("Messages")
            if not found:
                return None
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=found[0]["ReceiptHandle"])
            body: str = found[0]["Body"]
            return body

        return self._aws.eventually(receive)
