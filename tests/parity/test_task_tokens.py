"""Tasks that wait for their token: heartbeats, timeouts, results."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.parity.definitions import DECLINED, Doorbell, catching, passing, waiting
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix

Send = Callable[..., Any]
DONE = json.dumps({"done": True})


def refusal(send: Send, **fields: Any) -> str:
    """The error code with which AWS refuses a call."""
    with pytest.raises(ClientError) as refused:
        send(**fields)
    code: str = refused.value.response["Error"]["Code"]
    return code


@covers_fix("heartbeats")
def test_a_missed_heartbeat_is_caught_as_heartbeat_timeout(aws: Emulator) -> None:
    wait = waiting(
        Doorbell(aws).function,
        HeartbeatSeconds=1,
        TimeoutSeconds=3,
        Catch=catching("Tick", "States.HeartbeatTimeout"),
    )
    ended = aws.run(aws.machine({"Wait": wait, "Tick": passing()}))
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"])["failure"]["Error"] == "States.HeartbeatTimeout"


def test_a_missed_heartbeat_is_a_states_timeout_too(aws: Emulator) -> None:
    wait = waiting(
        Doorbell(aws).function, HeartbeatSeconds=1, Catch=catching("Tick", "States.Timeout")
    )
    assert aws.run(aws.machine({"Wait": wait, "Tick": passing()}))["status"] == "SUCCEEDED"


def test_an_uncaught_missed_heartbeat_ends_as_states_timeout(aws: Emulator) -> None:
    execution = aws.start(
        aws.machine({"Wait": waiting(Doorbell(aws).function, HeartbeatSeconds=1)})
    )
    assert aws.ended(execution)["error"] == "States.Timeout"
    assert "TaskTimedOut" in aws.event_types(execution)


@covers_fix("heartbeats")
def test_the_limits_can_come_from_the_input(aws: Emulator) -> None:
    wait = waiting(
        Doorbell(aws).function,
        HeartbeatSecondsPath="$.beat",
        TimeoutSecondsPath="$.limit",
        Catch=catching("Late", "States.ALL"),
    )
    machine = aws.machine({"Wait": wait, "Late": passing()})
    beat, limit = (
        aws.start(machine, {"beat": 1, "limit": 600}),
        aws.start(machine, {"beat": 600, "limit": 1}),
    )
    names = [
        json.loads(aws.ended(execution)["output"])["failure"]["Error"]
        for execution in (beat, limit)
    ]
    assert names == ["States.HeartbeatTimeout", "States.Timeout"]


def test_heartbeats_keep_a_task_alive_past_its_heartbeat_seconds(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    execution = aws.start(aws.machine({"Wait": waiting(bell.function, HeartbeatSeconds=5)}))
    token = bell.token()
    until = time.monotonic() + 7
    while time.monotonic() < until:
        sfn.send_task_heartbeat(taskToken=token)
        time.sleep(0.3)
    assert aws.status(execution)["status"] == "RUNNING"
    sfn.send_task_success(taskToken=token, output=DONE)
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_heartbeats_do_not_extend_timeout_seconds(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    wait = waiting(bell.function, HeartbeatSeconds=4, TimeoutSeconds=5)
    execution = aws.start(aws.machine({"Wait": wait}))
    token = bell.token()
    while aws.status(execution)["status"] == "RUNNING":
        try:
            sfn.send_task_heartbeat(taskToken=token)
        except ClientError:
            break
        time.sleep(0.3)
    assert aws.ended(execution)["error"] == "States.Timeout"


@covers_fix("notify-failure")
def test_a_failing_notify_function_fails_the_task_at_once(aws: Emulator) -> None:
    wait = waiting(aws.function(DECLINED), TimeoutSeconds=600)
    execution = aws.start(aws.machine({"Wait": wait}))
    ended = aws.ended(execution)
    assert (ended["status"], ended["error"]) == ("FAILED", "PaymentDeclined")


@covers_fix("token-errors")
def test_an_invented_token_is_invalid(aws: Emulator) -> None:
    sfn = aws.client("stepfunctions")
    assert refusal(sfn.send_task_heartbeat, taskToken="invented") == "InvalidToken"
    assert refusal(sfn.send_task_failure, taskToken="invented") == "InvalidToken"
    assert refusal(sfn.send_task_success, taskToken="invented", output="{}") == "InvalidToken"


@covers_fix("token-errors")
def test_an_output_that_is_not_json_is_refused_and_changes_nothing(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    execution = aws.start(aws.machine({"Wait": waiting(bell.function)}))
    token = bell.token()
    assert refusal(sfn.send_task_success, taskToken=token, output="not json") == "InvalidOutput"
    assert aws.status(execution)["status"] == "RUNNING"
    sfn.send_task_success(taskToken=token, output=DONE)
    assert json.loads(aws.ended(execution)["output"]) == {"done": True}


@covers_fix("token-errors")
def test_a_token_can_be_used_once(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    execution = aws.start(aws.machine({"Wait": waiting(bell.function)}))
    token = bell.token()
    sfn.send_task_success(taskToken=token, output=DONE)
    assert refusal(sfn.send_task_success, taskToken=token, output=DONE) == "TaskTimedOut"
    assert refusal(sfn.send_task_heartbeat, taskToken=token) == "TaskTimedOut"
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_a_sent_failure_is_the_tasks_error(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    execution = aws.start(aws.machine({"Wait": waiting(bell.function)}))
    sfn.send_task_failure(taskToken=bell.token(), error="Rejected", cause="by hand")
    ended = aws.ended(execution)
    assert (ended["error"], ended["cause"]) == ("Rejected", "by hand")


@covers_fix("token-per-attempt")
def test_every_attempt_gets_a_new_token(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    execution = aws.start(aws.machine({"Wait": waiting(bell.function, Retry=retry)}))
    first = bell.token()
    sfn.send_task_failure(taskToken=first, error="Again")
    second = bell.token()
    assert first != second
    sfn.send_task_success(taskToken=second, output=DONE)
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_a_success_sent_by_the_notify_function_itself_counts(aws: Emulator) -> None:
    ring = aws.function(
        "import boto3\n"
        "def handle(event, context):\n"
        "    boto3.client('stepfunctions').send_task_success("
        "taskToken=event['token'], output='{}')\n"
    )
    ended = aws.run(aws.machine({"Wait": waiting(ring, HeartbeatSeconds=5)}))
    assert ended["status"] == "SUCCEEDED"
