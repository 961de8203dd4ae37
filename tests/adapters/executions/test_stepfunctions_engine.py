"""StepFunctionsEngine: its requests, and the meaning of each stubbed response."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from lambdas.adapters.executions.stepfunctions_engine import StepFunctionsEngine
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from tests.support.builders import an_order
from tests.support.faults import fail
from tests.support.raising import raises

ALIAS = "arn:aws:states:eu-central-1:123456789012:stateMachine:orders:live"
EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:orders:"
TOKEN = "AQ-the-token"


@pytest.fixture
def engine(step_functions: Any) -> StepFunctionsEngine:
    return StepFunctionsEngine(step_functions, alias_arn=ALIAS)


def start_request(order: Order, **task: str) -> dict[str, str]:
    task_input = {"order_id": order.order_id, "epoch": order.epoch, "version": "v2", **task}
    return {"stateMachineArn": ALIAS, "name": order.execution, "input": json.dumps(task_input)}


STARTED = {"executionArn": EXECUTION + "x-1", "startDate": 0}


@pytest.mark.parametrize(
    ("order", "task"),
    [
        (an_order(Stage.START), {}),
        (an_order(Stage.START, traceparent="00-a-b-01"), {"traceparent": "00-a-b-01"}),
        *((an_order(stage, epoch=2), {}) for stage in sorted(BEFORE_RESERVE)),
        (an_order(Stage.AWAITING_APPROVAL, epoch=2), {"resume": "wait"}),
        (an_order(Stage.PAYMENT, epoch=2), {"resume": "complete"}),
        (an_order(Stage.STATUS_UPDATE, epoch=2), {"resume": "complete"}),
        (an_order(Stage.COMPENSATING, epoch=2), {"resume": "compensate"}),
    ],
    ids=lambda value: f"{value.stage}-{value.epoch}" if isinstance(value, Order) else None,
)
def test_a_start_names_the_alias_the_trace_and_how_the_order_resumes(
    engine: StepFunctionsEngine, states: Stubber, order: Order, task: dict[str, str]
) -> None:
    states.add_response("start_execution", STARTED, start_request(order, **task))

    engine.start(order)


def test_a_second_start_of_one_name_is_a_success(
    engine: StepFunctionsEngine, states: Stubber
) -> None:
    states.add_client_error("start_execution", "ExecutionAlreadyExists")

    engine.start(an_order())


def test_the_doorbell_sends_an_empty_output(engine: StepFunctionsEngine, states: Stubber) -> None:
    states.add_response("send_task_success", {}, {"taskToken": TOKEN, "output": "{}"})

    assert engine.ring(TOKEN) is True


def test_a_heartbeat_is_sent_with_the_token(engine: StepFunctionsEngine, states: Stubber) -> None:
    states.add_response("send_task_heartbeat", {}, {"taskToken": TOKEN})

    assert engine.extend_wait(TOKEN) is True


@pytest.mark.parametrize("code", ["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"])
def test_no_execution_waits_with_a_used_or_unknown_token(
    engine: StepFunctionsEngine, states: Stubber, code: str
) -> None:
    states.add_client_error("send_task_success", code)
    states.add_client_error("send_task_heartbeat", code)

    assert engine.ring(TOKEN) is False
    assert engine.extend_wait(TOKEN) is False


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("RUNNING", "running"),
        ("PENDING_REDRIVE", "running"),
        ("SUCCEEDED", "succeeded"),
        ("FAILED", "failed"),
        ("TIMED_OUT", "timed-out"),
        ("ABORTED", "aborted"),
    ],
)
def test_every_status_of_an_execution_is_known(
    engine: StepFunctionsEngine, states: Stubber, status: str, found: str
) -> None:
    order = an_order(order_id="O1", epoch=3)
    request = {"executionArn": EXECUTION + "O1-3"}
    described = {**request, "stateMachineArn": ALIAS, "status": status, "startDate": 0}
    states.add_response("describe_execution", described, request)

    assert engine.status(order) == found


def test_an_execution_that_does_not_exist_is_unknown_and_is_not_stopped(
    engine: StepFunctionsEngine, states: Stubber
) -> None:
    states.add_client_error("describe_execution", "ExecutionDoesNotExist")
    states.add_client_error("stop_execution", "ExecutionDoesNotExist")

    assert engine.status(an_order()) == "unknown"
    assert engine.stop(an_order()) is False


def test_an_ended_execution_is_not_stopped(engine: StepFunctionsEngine, states: Stubber) -> None:
    states.add_client_error("stop_execution", "ValidationException", "Execution is not running")

    assert engine.stop(an_order()) is False


def test_a_stop_ends_the_execution_that_owns_the_order(
    engine: StepFunctionsEngine, states: Stubber
) -> None:
    request = {"executionArn": EXECUTION + "O1-3", "error": "AbortedByOperator"}
    states.add_response("stop_execution", {"stopDate": 0}, request)

    assert engine.stop(an_order(order_id="O1", epoch=3)) is True


ORDER = an_order()
CALLS: dict[str, Callable[[StepFunctionsEngine], object]] = {
    "StartExecution": lambda engine: engine.start(ORDER),
    "SendTaskSuccess": lambda engine: engine.ring(TOKEN),
    "SendTaskHeartbeat": lambda engine: engine.extend_wait(TOKEN),
    "DescribeExecution": lambda engine: engine.status(ORDER),
    "StopExecution": lambda engine: engine.stop(ORDER),
}
every_call = pytest.mark.parametrize("operation", sorted(CALLS))


def order_id_of(operation: str) -> str:
    """The order id in the error. A call with a token knows no order."""
    return "" if operation.startswith("SendTask") else ORDER.order_id


def client_method(operation: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")


@every_call
@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ExecutionLimitExceeded", "AccessDeniedException"]
)
def test_any_other_error_is_transient_and_its_message_has_no_token(
    engine: StepFunctionsEngine, states: Stubber, operation: str, code: str
) -> None:
    states.add_client_error(client_method(operation), code, service_message=f"about {TOKEN}")

    with raises(EngineUnavailable, f"Step Functions answered {code}", order_id_of(operation)):
        CALLS[operation](engine)


@every_call
@pytest.mark.parametrize("error", [EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError])
def test_a_call_without_a_response_is_a_transient_error(
    step_functions: Any, engine: StepFunctionsEngine, operation: str, error: Any
) -> None:
    fail(step_functions, operation, error(endpoint_url="https://states"))

    with raises(EngineUnavailable, "Step Functions did not answer", order_id_of(operation)):
        CALLS[operation](engine)
