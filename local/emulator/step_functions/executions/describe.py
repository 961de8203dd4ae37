"""The actions DescribeExecution, DescribeStateMachineForExecution and ListExecutions."""

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
    """DescribeExecution. AWS: contains the version and the alias that the start named; ``output``
    only for SUCCEEDED, ``error`` and ``cause`` only if they are set.
    """
    execution = engine._executions.get(data.get("executionArn"))
    if not execution:
        return _does_not_exist(data)
    fields = {key: execution[key] for key in _DESCRIBED if execution.get(key) is not None}
    if "output" not in fields:
        fields.pop("outputDetails", None)
    return accept({**fields, "redriveCount": 0})


def describe_state_machine_for_execution(data: dict[str, Any]) -> Response:
    """DescribeStateMachineForExecution. AWS: the definition at the start of the execution, also
    after an update of the state machine.
    """
    execution = engine._executions.get(data.get("executionArn"))
    if not execution:
        return _does_not_exist(data)
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
    """ListExecutions. AWS: also by version or alias ARN; each item contains both."""
    target = data.get("stateMachineArn")
    version_only = target in engine._state_machine_versions
    if not version_only and target not in engine._state_machine_aliases:
        return _with_versions(_stock_list_executions(data))
    field = _VERSION_FIELDS[0] if version_only else _VERSION_FIELDS[1]
    status = data.get("statusFilter")
    found = [
        {key: execution.get(key) for key in _DESCRIBED[:6] + _VERSION_FIELDS}
        for execution in engine._executions.values()
        if execution.get(field) == target and status in (None, execution["status"])
    ]
    found.sort(key=engine._execution_sort_key, reverse=True)
    return accept({"executions": found[: data.get("maxResults") or 1000]})


def _with_versions(response: Response) -> Response:
    body = json.loads(response[2])
    for item in body.get("executions", []):
        execution: Execution = engine._executions.get(item["executionArn"]) or {}
        item.update({key: execution[key] for key in _VERSION_FIELDS if key in execution})
    return response if response[0] != 200 else accept(body)


def _does_not_exist(data: dict[str, Any]) -> Response:
    return refuse(
        "ExecutionDoesNotExist", f"Execution Does Not Exist: '{data.get('executionArn')}'"
    )
