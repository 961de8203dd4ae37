"""WorkflowEngine on AWS Step Functions."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.adapters.aws_clients import THROTTLED, error_code
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_NOBODY_WAITS = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
_BUSY = THROTTLED | {"ExecutionLimitExceeded"}


class StepFunctionsEngine:
    """Executions of one state machine, started through its alias."""

    def __init__(self, client: "SFNClient", *, alias_arn: str = "") -> None:
        self._client = client
        self._alias_arn = alias_arn

    def start(self, order: Order) -> None:
        task = {"order_id": order.order_id, "epoch": order.epoch, "version": order.version}
        if order.stage is Stage.COMPENSATING:
            task["resume"] = "compensate"
        try:
            with _engine_errors(order.order_id):
                self._client.start_execution(
                    stateMachineArn=self._alias_arn, name=order.execution, input=json.dumps(task)
                )
        except ClientError as error:
            # The name belongs to this order and epoch: it was started before.
            if error_code(error) != "ExecutionAlreadyExists":
                raise

    def ring(self, token: str) -> bool:
        with _nobody_waits() as answer, _engine_errors():
            self._client.send_task_success(taskToken=token, output="{}")
        return answer.somebody

    def extend_wait(self, token: str) -> bool:
        with _nobody_waits() as answer, _engine_errors():
            self._client.send_task_heartbeat(taskToken=token)
        return answer.somebody

    def is_running(self, order: Order) -> bool:
        try:
            with _engine_errors(order.order_id):
                answer = self._client.describe_execution(
                    executionArn=self._execution_arn(order.execution)
                )
        except ClientError as error:
            if error_code(error) != "ExecutionDoesNotExist":
                raise
            return False
        return answer["status"] == "RUNNING"

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, object], ...]:
        arn = self._execution_arn(f"{order.order_id}-{epoch}")
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False
        )
        try:
            with _engine_errors(order.order_id):
                return tuple(dict(event) for page in pages for event in page["events"])
        except ClientError as error:
            if error_code(error) != "ExecutionDoesNotExist":
                raise
            return ()

    def _execution_arn(self, name: str) -> str:
        """Executions are named by machine, not by alias. (Step Functions API, ARN formats)"""
        machine = self._alias_arn.replace(":stateMachine:", ":execution:").rsplit(":", 1)[0]
        return f"{machine}:{name}"


@contextmanager
def _engine_errors(order_id: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error_code(error) in _BUSY:
            raise EngineUnavailable(
                f"Step Functions answered {error_code(error)}", order_id=order_id
            ) from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise EngineUnavailable("Step Functions did not answer", order_id=order_id) from error


class _Answer:
    somebody = True


@contextmanager
def _nobody_waits() -> Iterator[_Answer]:
    """A token that is spent, expired or unknown only means that nobody waits with it."""
    answer = _Answer()
    try:
        yield answer
    except ClientError as error:
        if error_code(error) not in _NOBODY_WAITS:
            raise
        answer.somebody = False
