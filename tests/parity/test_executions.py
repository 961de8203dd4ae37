"""Executions: started once by name, stopped, timed out."""

import uuid

import pytest
from botocore.exceptions import ClientError

from tests.parity.definitions import LONG_WAIT, Doorbell, passing, waiting
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix


@covers_fix("execution-timeout")
def test_a_machines_own_timeout_ends_the_execution_as_timed_out(aws: Emulator) -> None:
    wait = {"Wait": {"Type": "Wait", "Seconds": 4, "End": True}}
    execution = aws.start(aws.machine(wait, TimeoutSeconds=1))
    assert aws.ended(execution)["status"] == "TIMED_OUT"
    assert aws.event_types(execution)[-1] == "ExecutionTimedOut"


@covers_fix("stop-final")
def test_a_stopped_execution_stays_aborted_when_its_task_times_out_later(aws: Emulator) -> None:
    bell, sfn = Doorbell(aws), aws.client("stepfunctions")
    machine = aws.machine({"Wait": waiting(bell.function, TimeoutSeconds=5)})
    execution = aws.start(machine)
    bell.token()
    sfn.stop_execution(executionArn=execution, error="Halt", cause="test")
    aws.ended(aws.start(machine))  # its task times out after the one of the stopped execution
    ended = aws.status(execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Halt", "test")
    assert aws.event_types(execution)[-1] == "ExecutionAborted"


@covers_fix("stop-final")
def test_the_token_of_a_stopped_execution_is_invalid(aws: Emulator) -> None:
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


@covers_fix("start-idempotency")
def test_starting_a_running_execution_again_returns_the_same_arn(aws: Emulator) -> None:
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
