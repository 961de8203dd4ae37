"""Reading executions from Step Functions: responses are stubbed, requests are checked."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from lambdas.adapters.executions import stepfunctions_executions
from lambdas.adapters.executions.stepfunctions_executions import (
    UNVERSIONED,
    StepFunctionsExecutions,
)
from lambdas.domain.errors import EngineUnavailable
from tests.support.builders import an_order
from tests.support.raising import raises

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:orders"
EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:orders:"


@pytest.fixture
def executions(step_functions: Any) -> StepFunctionsExecutions:
    return StepFunctionsExecutions(step_functions, alias_arn=f"{MACHINE}:live")


def test_a_history_is_read_to_its_end(executions: StepFunctionsExecutions, states: Stubber) -> None:
    request = {"executionArn": EXECUTION + "O1-2", "includeExecutionData": True, "maxResults": 1000}
    pages = (
        [{"id": 1, "type": "ExecutionStarted", "timestamp": 0}],
        [{"id": 2, "type": "ExecutionSucceeded", "timestamp": 0}],
    )
    states.add_response("get_execution_history", {"events": pages[0], "nextToken": "n"}, request)
    states.add_response(
        "get_execution_history", {"events": pages[1]}, {**request, "nextToken": "n"}
    )

    events = executions.history(an_order(order_id="O1", epoch=5), 2)

    assert [event["id"] for event in events] == [1, 2]


def test_an_execution_that_never_began_has_neither_history_nor_definition(
    executions: StepFunctionsExecutions, states: Stubber
) -> None:
    states.add_client_error("get_execution_history", "ExecutionDoesNotExist")
    states.add_client_error("describe_state_machine_for_execution", "ExecutionDoesNotExist")

    assert executions.history(an_order(), 1) == ()
    assert executions.definition(an_order()) is None


def test_the_newest_definitions_are_cached(
    executions: StepFunctionsExecutions, states: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    described = {
        "stateMachineArn": MACHINE,
        "name": "orders",
        "definition": json.dumps(definition),
        "roleArn": "arn:aws:iam::123456789012:role/r",
        "updateDate": 0,
    }
    monkeypatch.setattr(stepfunctions_executions, "_MAX_DEFINITIONS", 2)
    for name in ("O1-3", "O2-3", "O3-3", "O1-3"):
        request = {"executionArn": EXECUTION + name}
        states.add_response("describe_state_machine_for_execution", described, request)

    for order_id in ("O1", "O2", "O2", "O1", "O3", "O2", "O1"):
        assert executions.definition(an_order(order_id=order_id, epoch=3)) == definition


def running(*versions: str | None) -> list[dict[str, Any]]:
    plain = {
        "executionArn": EXECUTION + "O1-1",
        "stateMachineArn": MACHINE,
        "name": "O1-1",
        "status": "RUNNING",
        "startDate": 0,
    }
    return [
        plain if version is None else {**plain, "stateMachineVersionArn": f"{MACHINE}:{version}"}
        for version in versions
    ]


def test_running_executions_are_counted_by_version(
    executions: StepFunctionsExecutions, states: Stubber
) -> None:
    request = {"stateMachineArn": MACHINE, "statusFilter": "RUNNING", "maxResults": 1000}
    states.add_response(
        "list_executions", {"executions": running("7", "6", "7"), "nextToken": "n"}, request
    )
    states.add_response(
        "list_executions", {"executions": running(None, "7")}, {**request, "nextToken": "n"}
    )

    counted, more = executions.running_by_version(5)

    assert dict(counted) == {"7": 3, "6": 1, UNVERSIONED: 1}
    assert not more


def test_counting_stops_at_its_limit(executions: StepFunctionsExecutions, states: Stubber) -> None:
    states.add_response("list_executions", {"executions": running("7", "7", "7")})

    counted, more = executions.running_by_version(2)

    assert dict(counted) == {"7": 2}
    assert more


def test_an_engine_that_refuses_is_a_transient_error(
    executions: StepFunctionsExecutions, states: Stubber
) -> None:
    order = an_order()
    calls: dict[str, tuple[str, Callable[[], object]]] = {
        "get_execution_history": (order.order_id, lambda: executions.history(order, 1)),
        "describe_state_machine_for_execution": (
            order.order_id,
            lambda: executions.definition(order),
        ),
        "list_executions": ("", lambda: executions.running_by_version(1)),
    }
    for method, (order_id, ask) in calls.items():
        states.add_client_error(method, "ThrottlingException")
        with raises(EngineUnavailable, "Step Functions answered ThrottlingException", order_id):
            ask()
