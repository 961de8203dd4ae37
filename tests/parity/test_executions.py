"""Starting, stopping, timing out, and what the history and EventBridge tell."""

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.parity.closing import closes
from tests.parity.definitions import OK, Doorbell, passing, task, waiting
from tests.parity.emulators import ROLE, Emulator, eventually

LONG_WAIT = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}


@closes("execution-timeout")
def test_a_machines_own_timeout_ends_the_execution_as_timed_out(aws: Emulator) -> None:
    wait = {"Wait": {"Type": "Wait", "Seconds": 4, "End": True}}
    execution = aws.start(aws.machine(wait, TimeoutSeconds=1))
    assert aws.ended(execution)["status"] == "TIMED_OUT"
    assert aws.event_types(execution)[-1] == "ExecutionTimedOut"


@closes("stop-final")
def test_a_stopped_execution_stays_aborted_when_its_task_times_out_later(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    wait = waiting(bell.function, TimeoutSeconds=5)
    execution = aws.start(aws.machine({"Wait": wait}))
    bell.token()
    sfn.stop_execution(executionArn=execution, error="Halt", cause="test")
    time.sleep(5.2)
    ended = aws.status(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Halt", "test")
    assert aws.event_types(execution)[-1] == "ExecutionAborted"


@closes("stop-final")
def test_a_stopped_executions_token_is_dead(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    execution = aws.start(aws.machine({"Wait": waiting(bell.function, TimeoutSeconds=5)}))
    token = bell.token()
    sfn.stop_execution(executionArn=execution)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        sfn.send_task_success(taskToken=token, output="{}")
    assert aws.status(execution)["status"] == "ABORTED"


def test_a_stop_ends_a_wait_state_without_waiting(aws: Emulator) -> None:
    execution = aws.start(aws.machine(LONG_WAIT))
    aws.client("stepfunctions").stop_execution(executionArn=execution)
    assert aws.status(execution)["status"] == "ABORTED"


@closes("start-idempotency")
def test_starting_a_running_execution_again_answers_the_same_arn(aws: Emulator) -> None:
    machine, name = aws.machine(LONG_WAIT), f"n-{uuid.uuid4().hex}"
    first = aws.start(machine, {"a": 1}, name=name)
    assert aws.start(machine, {"a": 1}, name=name) == first
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        aws.start(machine, {"a": 2}, name=name)


def test_the_name_of_an_ended_execution_cannot_be_used_again(aws: Emulator) -> None:
    machine, name = aws.machine({"Pass": passing()}), f"n-{uuid.uuid4().hex}"
    aws.ended(aws.start(machine, name=name))
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        aws.start(machine, name=name)


def published(aws: Emulator) -> tuple[str, str, str]:
    """A machine whose version 1 says "first", and that says "second" now; with its alias."""
    sfn = aws.client("stepfunctions")
    machine = aws.machine({"Say": passing("first")})
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    second = {"StartAt": "Say", "States": {"Say": passing("second")}}
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(second))
    return machine, version, alias["stateMachineAliasArn"]


@closes("version-starts")
def test_a_start_by_alias_runs_the_versions_definition(aws: Emulator) -> None:
    machine, version, alias = published(aws)
    ended = aws.run(alias)
    assert json.loads(ended["output"]) == "first"
    assert ended["stateMachineVersionArn"] == version
    assert ended["stateMachineAliasArn"] == alias
    assert json.loads(aws.run(machine)["output"]) == "second"


@closes("version-starts")
def test_a_start_by_version_runs_that_version(aws: Emulator) -> None:
    _, version, _ = published(aws)
    ended = aws.run(version)
    assert json.loads(ended["output"]) == "first"
    assert ended["stateMachineVersionArn"] == version
    assert "stateMachineAliasArn" not in ended


def test_executions_can_be_listed_by_version_and_by_alias(aws: Emulator) -> None:
    machine, version, alias = published(aws)
    sfn = aws.client("stepfunctions")
    by_alias, by_machine = aws.run(alias)["executionArn"], aws.run(machine)["executionArn"]
    for asked in (version, alias):
        found = sfn.list_executions(stateMachineArn=asked)["executions"]
        assert [item["executionArn"] for item in found] == [by_alias]
    found = sfn.list_executions(stateMachineArn=machine)["executions"]
    assert {item["executionArn"] for item in found} == {by_alias, by_machine}


def test_a_running_execution_keeps_the_definition_it_started_with(aws: Emulator) -> None:
    sfn = aws.client("stepfunctions")
    wait = {"Type": "Wait", "Seconds": 1, "Next": "Say"}
    machine = aws.machine({"Wait": wait, "Say": passing("old")})
    execution = aws.start(machine)
    new = {"StartAt": "Say", "States": {"Say": passing("new")}}
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(new), roleArn=ROLE)
    assert json.loads(aws.ended(execution)["output"]) == "old"
    told = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert "Wait" in json.loads(told["definition"])["States"]


@closes("task-history")
def test_the_history_tells_the_steps_of_a_task_inside_a_branch(aws: Emulator) -> None:
    branch = {"StartAt": "Work", "States": {"Work": task(aws.function(OK))}}
    both = {"Type": "Parallel", "Branches": [branch], "End": True}
    execution = aws.start(aws.machine({"Both": both}))
    aws.ended(execution)
    assert aws.event_types(execution) == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ParallelStateSucceeded",
        "ParallelStateExited",
        "ExecutionSucceeded",
    ]
    scheduled = aws.events(execution)[4]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("lambda", "invoke")


@closes("task-history")
def test_the_history_tells_when_a_token_was_handed_out(aws: Emulator) -> None:
    wait = waiting(Doorbell(aws).function, TimeoutSeconds=1)
    execution = aws.start(aws.machine({"Wait": wait}))
    aws.ended(execution)
    events = aws.events(execution)
    steps = [event["type"] for event in events if event["type"].startswith("Task")]
    assert steps == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskTimedOut",
    ]
    assert [event["previousEventId"] for event in events] == list(range(len(events)))


def test_a_nested_execution_leaves_its_parents_history_in_order(aws: Emulator) -> None:
    child = aws.machine({"Say": passing("child")})
    nested = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {}},
        "OutputPath": "$.Output",
        "Next": "After",
    }
    execution = aws.start(aws.machine({"Nested": nested, "After": passing()}))
    assert json.loads(aws.ended(execution)["output"]) == "child"
    events = aws.events(execution)
    assert [event["previousEventId"] for event in events] == list(range(len(events)))


def status_queue(aws: Emulator) -> tuple[Any, str]:
    """A queue that gets every status change of executions."""
    sqs, events = aws.client("sqs"), aws.client("events")
    name = f"status-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.states"]}))
    arn = f"arn:aws:sqs:us-east-1:000000000000:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return sqs, url


def told_statuses(sqs: Any, url: str, execution: str, count: int) -> list[dict[str, Any]]:
    """The first ``count`` status changes that were told of an execution."""
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
def test_eventbridge_hears_of_an_abort_with_the_version_and_alias(aws: Emulator) -> None:
    sqs, url = status_queue(aws)
    sfn = aws.client("stepfunctions")
    machine = aws.machine(LONG_WAIT)
    version = sfn.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=route)
    execution = aws.start(alias["stateMachineAliasArn"])
    sfn.stop_execution(executionArn=execution, error="Halt", cause="test")
    _, aborted = sorted(
        told_statuses(sqs, url, execution, 2), key=lambda told: told["status"] == "ABORTED"
    )
    assert (aborted["status"], aborted["error"]) == ("ABORTED", "Halt")
    assert aborted["stateMachineVersionArn"] == version
    assert aborted["stateMachineAliasArn"] == alias["stateMachineAliasArn"]


@closes("status-events")
def test_eventbridge_hears_of_a_timeout(aws: Emulator) -> None:
    sqs, url = status_queue(aws)
    wait = {"Wait": {"Type": "Wait", "Seconds": 3, "End": True}}
    execution = aws.start(aws.machine(wait, TimeoutSeconds=1))
    aws.ended(execution)
    statuses = {told["status"] for told in told_statuses(sqs, url, execution, 2)}
    assert statuses == {"RUNNING", "TIMED_OUT"}
