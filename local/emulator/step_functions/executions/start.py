"""Start executions by machine, version or alias; at most one for each name."""

import contextvars
import copy
import random
import threading
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import history, scope
from local.emulator.step_functions.engine import Execution, Response, accept, engine, refuse

_ROUTING = random.Random()  # noqa: S311 - no secret


def start_execution(data: dict[str, Any]) -> Response:
    """StartExecution. Replaces ``_start_execution``.

    AWS, API Reference, StartExecution: idempotent for a running execution with the same name and
    input, ExecutionAlreadyExists for any other use of the name.
    """
    target, _, test_case = data.get("stateMachineArn", "").partition("#")
    machine_arn = engine._resolve_state_machine_arn(target)
    if machine_arn is None:
        return refuse("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{target}'")
    with history.lock:
        execution = _new_execution(data, machine_arn, target, test_case)
        existing = engine._executions.get(execution["executionArn"])
        if existing:
            return _repeated_start(existing, execution)
        engine._executions[execution["executionArn"]] = execution
    _run_in_background(execution)
    return accept({key: execution[key] for key in ("executionArn", "startDate")})


def _repeated_start(existing: Execution, new: Execution) -> Response:
    same = existing["status"] == "RUNNING" and existing["input"] == new["input"]
    if same and is_on("start-idempotency"):
        return accept({key: existing[key] for key in ("executionArn", "startDate")})
    arn = existing["executionArn"]
    return refuse("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")


def _run_in_background(execution: Execution) -> None:
    arn = execution["executionArn"]
    scope.open_for(arn)
    engine._emit_execution_status_event(execution)
    context = contextvars.copy_context()
    threading.Thread(
        target=context.run, args=(engine._run_execution, arn), daemon=True, name=f"run {arn}"
    ).start()


def _new_execution(
    data: dict[str, Any], machine_arn: str, target: str, test_case: str
) -> Execution:
    machine = engine._state_machines[machine_arn]
    name = data.get("name") or engine.new_uuid()
    arn = f"arn:aws:states:{engine.get_region()}:{engine.get_account_id()}:execution"
    started = engine.now_iso()
    chosen = _chosen_version(target)
    version = engine._state_machine_versions.get(chosen.get("stateMachineVersionArn")) or machine
    record = {
        "executionArn": f"{arn}:{machine['name']}:{name}",
        "stateMachineArn": machine_arn,
        "name": name,
        "status": "RUNNING",
        "startDate": started,
        "stopDate": None,
        "input": data.get("input", "{}"),
        "output": None,
        **{key: {"included": True} for key in ("inputDetails", "outputDetails")},
        "testCase": test_case,
        "mockAttempts": {},
        "encryptionConfiguration": copy.deepcopy(
            version.get("encryptionConfiguration") or engine._default_encryption()
        ),
        "events": [],
        **chosen,
    }
    if is_on("version-starts"):
        record["definition"] = version["definition"]
    # In a new context: a nested execution records its history separately.
    contextvars.copy_context().run(
        _add_first_event, record, _start_details(record, version, chosen)
    )
    return record


def _add_first_event(record: Execution, details: dict[str, Any]) -> None:
    history.continue_after(0)
    history.add_event(record, "ExecutionStarted", details)


def _start_details(
    record: Execution, version: dict[str, Any], chosen: dict[str, str]
) -> dict[str, Any]:
    details = {
        "input": record["input"],
        "inputDetails": {"truncated": False},
        "roleArn": version.get("roleArn", ""),
    }
    return {"executionStartedEventDetails": {**details, **chosen}}


def _chosen_version(target: str) -> dict[str, str]:
    """The version (and alias) that a start names.

    AWS, State machine versions and aliases: an alias routes to one of its versions by weight.
    """
    if not is_on("version-starts"):
        return {}
    if target in engine._state_machine_versions:
        return {"stateMachineVersionArn": target}
    routing = (engine._state_machine_aliases.get(target) or {}).get("routingConfiguration")
    if not routing:
        return {}
    weights = [route["weight"] for route in routing]
    route = _ROUTING.choices(routing, weights=weights)[0]
    return {
        "stateMachineVersionArn": route["stateMachineVersionArn"],
        "stateMachineAliasArn": target,
    }
