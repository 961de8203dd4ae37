"""A restore stops all writers of the tables, and starts them again."""

from collections.abc import Iterator
from functools import cache
from typing import cast

import boto3
import pytest
from moto import mock_aws

from tests.support.faults import answer
from tests.support.writer_stack import STACK, create_writers, expected, states
from tests.workflow.resources import ROLE
from tools.table_restore.writers import WRITERS, Sessions, Writers


@pytest.fixture
def sessions() -> Iterator[Sessions]:
    with mock_aws():
        made = cast(Sessions, boto3.Session(region_name="eu-central-1"))
        create_writers(made)
        yield made


@pytest.fixture
def writers(sessions: Sessions) -> Writers:
    machine = sessions.client("stepfunctions").create_state_machine(
        name="OrderWorkflow",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn=ROLE,
    )
    return Writers(sessions=sessions, stack=STACK, machine=machine["stateMachineArn"])


def test_every_writer_is_stopped_and_restored_to_its_state_in_the_template(
    sessions: Sessions, writers: Writers
) -> None:
    for _ in range(2):
        writers.stop()
        assert states(sessions) == expected(stopped=True)
        assert writers.active() == []
    for _ in range(2):
        writers.start()
        assert states(sessions) == expected(stopped=False)
    assert {name.removeprefix(f"{STACK}-") for name in writers.active()} == WRITERS


def test_running_executions_are_stopped(sessions: Sessions, writers: Writers) -> None:
    states = sessions.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=writers.machine)["executionArn"]

    assert execution in writers.active()
    writers.stop()

    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"
    assert writers.active() == []


def test_an_execution_that_ends_before_it_is_stopped_leaves_no_other_running(
    sessions: Sessions, writers: Writers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "client", cache(sessions.client))
    states = sessions.client("stepfunctions")
    begun = [states.start_execution(stateMachineArn=writers.machine) for _ in range(2)]
    answer(states, "StopExecution", "ValidationException")  # for the first of the two

    writers.stop()

    assert len({one["executionArn"] for one in begun}.intersection(writers.active())) == 1
