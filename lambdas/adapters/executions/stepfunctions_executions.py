"""ExecutionReader on AWS Step Functions."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from lambdas.adapters.executions.stepfunctions_engine import (
    NO_EXECUTION,
    call_engine,
    execution_arn,
)
from lambdas.domain.record.order import Order

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_PAGE = 1_000
"""Events or executions of one page: the maximum of the service. (Step Functions API)"""
_MAX_DEFINITIONS = 100
"""Definitions that the process caches. The definition of an execution never changes, clients that
watch an order request it repeatedly, and the quota is one call a second. (Step Functions quotas)
"""
UNVERSIONED = "unpublished"
"""Version of an execution that was started without an alias, on the definition at that time."""


class StepFunctionsExecutions:
    """Reads the executions of the state machine that an alias belongs to."""

    def __init__(self, client: "SFNClient", *, alias_arn: str) -> None:
        self._client = client
        self._alias_arn = alias_arn
        self._definitions: dict[str, Mapping[str, Any]] = {}

    def history(self, order: Order, epoch: int) -> tuple[Mapping[str, Any], ...]:
        arn = execution_arn(self._alias_arn, f"{order.order_id}-{epoch}")
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=arn,
            includeExecutionData=True,
            PaginationConfig={"PageSize": _PAGE},
        )

        def read() -> tuple[Mapping[str, Any], ...]:
            return tuple(dict(event) for page in pages for event in page["events"])

        return call_engine(read, order_id=order.order_id, ignore=NO_EXECUTION) or ()

    def definition(self, order: Order) -> Mapping[str, Any] | None:
        known = self._definitions.get(order.execution)
        if known is None:
            known = self._describe(order)
            if known is not None:
                self._cache_definition(order.execution, known)
        return known

    def running_by_version(self, limit: int) -> tuple[Mapping[str, int], bool]:
        found = call_engine(lambda: tuple(islice(self._running_versions(), limit + 1))) or ()
        return Counter(found[:limit]), len(found) > limit

    def _describe(self, order: Order) -> Mapping[str, Any] | None:
        arn = execution_arn(self._alias_arn, order.execution)
        describe = partial(self._client.describe_state_machine_for_execution, executionArn=arn)
        found = call_engine(describe, order_id=order.order_id, ignore=NO_EXECUTION)
        return None if found is None else dict(json.loads(found["definition"]))

    def _cache_definition(self, execution: str, definition: Mapping[str, Any]) -> None:
        if len(self._definitions) >= _MAX_DEFINITIONS:
            self._definitions.pop(next(iter(self._definitions)))
        self._definitions[execution] = definition

    def _running_versions(self) -> Iterator[str]:
        machine = self._alias_arn.rsplit(":", 1)[0]
        pages = self._client.get_paginator("list_executions").paginate(
            stateMachineArn=machine,
            statusFilter="RUNNING",
            PaginationConfig={"PageSize": _PAGE},
        )
        for page in pages:
            for execution in page["executions"]:
                arn = execution.get("stateMachineVersionArn")
                yield arn.rsplit(":", 1)[1] if arn else UNVERSIONED
