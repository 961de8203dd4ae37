"""EventBridge: events at the end of an execution, and log groups as targets. Pages of a log."""

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.parity.definitions import LONG_WAIT
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix


def status_queue(aws: Emulator) -> str:
    """The URL of a queue that gets every status change of executions."""
    sqs, events = aws.client("sqs"), aws.client("events")
    name = f"status-{uuid.uuid4().hex[:8]}"
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.states"]}))
    arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return url


def status_events(aws: Emulator, url: str, execution: str, count: int) -> list[dict[str, Any]]:
    """The first ``count`` status change events of an execution."""
    sqs, details = aws.client("sqs"), list[dict[str, Any]]()

    def find() -> list[dict[str, Any]] | None:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in received.get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            if detail["executionArn"] == execution:
                details.append(detail)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return details if len(details) >= count else None

    return aws.eventually(find)


@covers_fix("status-events")
def test_eventbridge_receives_an_abort_with_version_and_alias(aws: Emulator) -> None:
    url = status_queue(aws)
    sfn = aws.client("stepfunctions")
    machine = aws.machine(LONG_WAIT)
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    execution = aws.start(alias["stateMachineAliasArn"])
    sfn.stop_execution(executionArn=execution, error="Halt", cause="test")
    _, aborted = sorted(
        status_events(aws, url, execution, 2), key=lambda event: event["status"] == "ABORTED"
    )
    assert (aborted["status"], aborted["error"]) == ("ABORTED", "Halt")
    assert aborted["stateMachineVersionArn"] == version
    assert aborted["stateMachineAliasArn"] == alias["stateMachineAliasArn"]


@covers_fix("status-events")
def test_eventbridge_receives_a_timeout(aws: Emulator) -> None:
    url = status_queue(aws)
    wait = {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}
    execution = aws.start(aws.machine(wait, TimeoutSeconds=1))
    aws.ended(execution)
    statuses = {event["status"] for event in status_events(aws, url, execution, 2)}
    assert statuses == {"RUNNING", "TIMED_OUT"}


@covers_fix("log-targets")
def test_a_rule_delivers_events_to_a_log_group(aws: Emulator) -> None:
    events, logs = aws.client("events"), aws.client("logs")
    name = f"events-{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=f"/aws/events/{name}")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "log", "Arn": arn}])
    for number in (1, 2):
        detail = json.dumps({"n": number})
        events.put_events(Entries=[{"Source": name, "DetailType": "placed", "Detail": detail}])

    def find() -> list[int] | None:
        found = logs.filter_log_events(logGroupName=f"/aws/events/{name}")["events"]
        numbers = sorted(json.loads(entry["message"])["detail"]["n"] for entry in found)
        return numbers if len(numbers) == 2 else None

    assert aws.eventually(find) == [1, 2]


@covers_fix("log-pages")
def test_the_events_of_a_log_are_read_in_pages(aws: Emulator) -> None:
    logs, group = aws.client("logs"), f"/pages/{uuid.uuid4().hex[:8]}"
    now = int(time.time() * 1000)
    logs.create_log_group(logGroupName=group)
    for number in range(5):
        stream = {"logGroupName": group, "logStreamName": f"stream-{number}"}
        logs.create_log_stream(**stream)
        entry = {"timestamp": now + number, "message": str(number)}
        logs.put_log_events(**stream, logEvents=[entry])

    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, PaginationConfig={"PageSize": 2}
    )
    assert [[e["message"] for e in page["events"]] for page in pages] == [
        *(["0", "1"], ["2", "3"], ["4"])
    ]
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.filter_log_events(logGroupName=group, nextToken="invalid")
