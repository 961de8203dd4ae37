"""EventBridge events at the end of an execution."""

import json
import uuid
from typing import Any

from tests.parity.closing import closes
from tests.parity.definitions import LONG_WAIT
from tests.parity.emulators import Emulator, eventually


def status_queue(aws: Emulator) -> tuple[Any, str]:
    """A queue that gets every status change of executions."""
    sqs, events = aws.client("sqs"), aws.client("events")
    name = f"status-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.states"]}))
    arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return sqs, url


def status_events(sqs: Any, url: str, execution: str, count: int) -> list[dict[str, Any]]:
    """The first ``count`` status change events of an execution."""
    details: list[dict[str, Any]] = []

    def look() -> list[dict[str, Any]] | None:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            detail = json.loads(message["Body"])["detail"]
            if detail["executionArn"] == execution:
                details.append(detail)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return details if len(details) >= count else None

    return eventually(look, seconds=5)


@closes("status-events")
def test_eventbridge_receives_an_abort_with_version_and_alias(aws: Emulator) -> None:
    sqs, url = status_queue(aws)
    sfn = aws.client("stepfunctions")
    machine = aws.machine(LONG_WAIT)
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    execution = aws.start(alias["stateMachineAliasArn"])
    sfn.stop_execution(executionArn=execution, error="Halt", cause="test")
    _, aborted = sorted(
        status_events(sqs, url, execution, 2), key=lambda event: event["status"] == "ABORTED"
    )
    assert (aborted["status"], aborted["error"]) == ("ABORTED", "Halt")
    assert aborted["stateMachineVersionArn"] == version
    assert aborted["stateMachineAliasArn"] == alias["stateMachineAliasArn"]


@closes("status-events")
def test_eventbridge_receives_a_timeout(aws: Emulator) -> None:
    sqs, url = status_queue(aws)
    wait = {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}
    execution = aws.start(aws.machine(wait, TimeoutSeconds=1))
    aws.ended(execution)
    statuses = {event["status"] for event in status_events(sqs, url, execution, 2)}
    assert statuses == {"RUNNING", "TIMED_OUT"}
