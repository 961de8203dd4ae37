"""The Describe and List actions for executions."""

import copy
import json
from typing import Any

from local.emulator.step_functions.engine import Execution, Response, accept, engine, refuse

_VERSION_FIELDS = ("stateMachineVersionArn", "stateMachineAliasArn")
_DESCRIBED = (
    "executionArn",
    "stateMachineArn",
    "name",
    "status",
    "startDate",
    "stopDate",
    "input",
    "inputDetails",
    "output",
    "outputDetails",
    "error",
    "cause",
    "mapRunArn",
    *_VERSION_FIELDS,
)

_stock_list_executions = engine._list_executions


def describe_execution(data: dict[str, Any]) -> Response:
    """DescribeExecution. AWS: names the version and the alias that the start named; ``output`` is
    there only for SUCCEEDED, ``error`` and ``cause`` only where there was one.
    """
    execution = engine._executions.get(data.get("executionArn"))
    if not execution:
        return _missing(data)
    told = {key: execution[key] for key in _DESCRIBED if execution.get(key) is not None}
    if "output" not in told:
        told.pop("outputDetails", None)
    return accept({**told, "redriveCount": 0})


def describe_state_machine_for_execution(data: dict[str, Any]) -> Response:
    """DescribeStateMachineForExecution. AWS: the definition that the execution was started with,
    also after the state machine was updated.
    """
    execution = engine._executions.get(data.get("executionArn"))
    if not execution:
        return _missing(data)
    arn = execution["stateMachineArn"]
    machine = engine._state_machines.get(arn) or {}
    return accept(
        {
            "stateMachineArn": execution.get("stateMachineVersionArn") or arn,
            "name": arn.rsplit(":", 1)[-1],
            "definition": execution.get("definition") or machine.get("definition", "{}"),
            "roleArn": machine.get("roleArn", ""),
            "updateDate": execution["startDate"],
            "encryptionConfiguration": copy.deepcopy(execution["encryptionConfiguration"]),
        }
    )


def list_executions(data: dict[str, Any]) -> Response:
    """ListExecutions. AWS: also by version or alias ARN, and each item names both."""
    asked = data.get("stateMachineArn")
    version_only = asked in engine._state_machine_versions
    if not version_only and asked not in engine._state_machine_aliases:
        return _with_versions(_stock_list_executions(data))
    field = _VERSION_FIELDS[0] if version_only else _VERSION_FIELDS[1]
    status = data.get("statusFilter")
    found = [
        {key: execution.get(key) for key in _DESCRIBED[:6] + _VERSION_FIELDS}
        for execution in engine._executions.values()
        if execution.get(field) == asked and status in (None, execution["status"])
    ]
    found.sort(key=engine._execution_sort_key, reverse=True)
    return accept({"executions": found[: data.get("maxResults") or 1000]})


def _with_versions(response: Response) -> Response:
    body = json.loads(response[2])
    for item in body.get("executions", []):
        execution: Execution = engine._executions.get(item["executionArn"]) or {}
        item.update({key: execution[key] for key in _VERSION_FIELDS if key in execution})
    return response if response[0] != 200 else accept(body)


def _missing(data: dict[str, Any]) -> Response:
    return refuse(
        "ExecutionDoesNotExist", f"Execution Does Not Exist: '{data.get('executionArn')}'"
    )
