"""The EventBridge event "Step Functions Execution Status Change"."""

import json
import logging
from typing import Any

from local.emulator.faults.injected import FAULTS
from local.emulator.step_functions.engine import Execution, engine

logger = logging.getLogger("local.emulator")

_UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")
_PAYLOAD_LIMIT = 248 * 1024


def emit_status_event(execution: Execution) -> None:
    """Publish the execution's status to the default bus. Replaces ``_emit_execution_status_event``.

    AWS, Automating Step Functions event delivery with EventBridge: one event for each change to
    RUNNING, SUCCEEDED, FAILED, TIMED_OUT and ABORTED of a Standard workflow, best effort, with the
    version and alias ARNs that the start named.
    """
    if execution.get("sync") or execution.get("mapRunArn"):
        return
    fault = FAULTS.take("events", "ExecutionStatusChange")
    if fault and fault.effect in ("drop", "fail"):
        return
    entry = {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Detail": json.dumps(_detail(execution)),
        "Resources": [execution["executionArn"]],
    }
    try:
        from ministack.services import eventbridge

        eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    except Exception:
        logger.warning("status event of %s lost", execution["executionArn"], exc_info=True)


def _detail(execution: Execution) -> dict[str, Any]:
    status = execution["status"]
    redrivable = status in _UNSUCCESSFUL
    reason = None if redrivable else f"Execution is {status} and cannot be redriven"
    return {
        **{key: execution.get(key) for key in ("executionArn", "stateMachineArn", "name")},
        "stateMachineVersionArn": execution.get("stateMachineVersionArn"),
        "stateMachineAliasArn": execution.get("stateMachineAliasArn"),
        "status": status,
        "startDate": engine._iso_to_epoch_ms(execution["startDate"]),
        "stopDate": engine._iso_to_epoch_ms(execution.get("stopDate")),
        "redriveCount": 0,
        "redriveDate": None,
        "redriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE",
        "redriveStatusReason": reason,
        "error": execution.get("error"),
        "cause": execution.get("cause"),
        **_payload("input", execution["input"]),
        **_payload("output", execution["output"] if status == "SUCCEEDED" else None),
    }


def _payload(name: str, text: str | None) -> dict[str, Any]:
    if text is None:
        return {name: None, f"{name}Details": None}
    included = len(text) <= _PAYLOAD_LIMIT
    return {name: text if included else None, f"{name}Details": {"included": included}}
