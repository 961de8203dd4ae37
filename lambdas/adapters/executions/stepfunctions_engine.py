"""WorkflowEngine on AWS Step Functions."""

import json
from functools import partial
from typing import TYPE_CHECKING

from lambdas.adapters.aws_clients import call_or_none
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

call_engine = partial(call_or_none, service="Step Functions", unavailable=EngineUnavailable)
"""EngineUnavailable includes errors that seem permanent (no such state machine, no permission): the
caller has written the order, and the janitor repeats the call after the deployment is fixed.
"""
_NO_TASK_WAITS = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
NO_EXECUTION = frozenset({"ExecutionDoesNotExist"})
_NOTHING_RUNS = NO_EXECUTION | {"ValidationException"}
"""The ARN is well formed, so a ValidationException means that the execution has ended."""

_STATUSES = {
    "RUNNING": ExecutionStatus.RUNNING,
    "PENDING_REDRIVE": ExecutionStatus.RUNNING,
    "SUCCEEDED": ExecutionStatus.SUCCEEDED,
    "FAILED": ExecutionStatus.FAILED,
    "TIMED_OUT": ExecutionStatus.TIMED_OUT,
    "ABORTED": ExecutionStatus.ABORTED,
}
"""Every status of an execution. (Step Functions API, DescribeExecution)"""


class StepFunctionsEngine:
    """Executions of one state machine, started through its alias."""

    def __init__(self, client: "SFNClient", *, alias_arn: str = "") -> None:
        self._client = client
        self._alias_arn = alias_arn

    def start(self, order: Order) -> None:
        task = {"order_id": order.order_id, "epoch": order.epoch, "version": order.version}
        if order.resume is not None:
            task["resume"] = order.resume
        if order.traceparent:
            task["traceparent"] = order.traceparent
        # An execution of this name belongs to this order and epoch: an earlier call started it.
        call_engine(
            lambda: self._client.start_execution(
                stateMachineArn=self._alias_arn, name=order.execution, input=json.dumps(task)
            ),
            order_id=order.order_id,
            ignore=frozenset({"ExecutionAlreadyExists"}),
        )

    def ring(self, token: str) -> bool:
        wake = partial(self._client.send_task_success, taskToken=token, output="{}")
        return call_engine(wake, ignore=_NO_TASK_WAITS) is not None

    def extend_wait(self, token: str) -> bool:
        extend = partial(self._client.send_task_heartbeat, taskToken=token)
        return call_engine(extend, ignore=_NO_TASK_WAITS) is not None

    def status(self, order: Order) -> ExecutionStatus:
        arn = execution_arn(self._alias_arn, order.execution)
        describe = partial(self._client.describe_execution, executionArn=arn)
        found = call_engine(describe, order_id=order.order_id, ignore=NO_EXECUTION)
        return ExecutionStatus.UNKNOWN if found is None else _STATUSES[found["status"]]

    def stop(self, order: Order) -> bool:
        arn = execution_arn(self._alias_arn, order.execution)
        stop = partial(self._client.stop_execution, executionArn=arn, error="AbortedByOperator")
        return call_engine(stop, order_id=order.order_id, ignore=_NOTHING_RUNS) is not None


def execution_arn(alias_arn: str, name: str) -> str:
    """The ARN of an execution of the alias's machine. (Step Functions API, ARN formats)"""
    machine = alias_arn.replace(":stateMachine:", ":execution:").rsplit(":", 1)[0]
    return f"{machine}:{name}"
