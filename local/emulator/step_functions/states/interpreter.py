"""Run the states of a definition one after another."""

import contextvars
import copy
import json
import logging
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import history, scope
from local.emulator.step_functions.engine import Execution, StepError, engine
from local.emulator.step_functions.executions import end

logger = logging.getLogger("local.emulator")

_HANDLERS = {
    "Pass": "_execute_pass",
    "Choice": "_execute_choice",
    "Wait": "_execute_wait",
    "Task": "_execute_task",
    "Parallel": "_execute_parallel",
    "Map": "_execute_map",
}
_COMPOSITE = ("Task", "Parallel", "Map")


def run_execution(execution_arn: str) -> None:
    """Run one execution to its end, in a separate thread. Replaces ``_run_execution``."""
    execution = engine._executions.get(execution_arn)
    if execution and execution["status"] == "RUNNING":
        # In a new context: ``startExecution.sync`` runs the child in its parent's thread.
        contextvars.copy_context().run(_run, execution)


def _run(execution: Execution) -> None:
    execution_arn = execution["executionArn"]
    scope.enter(scope.open_for(execution_arn))
    history.continue_after(len(execution["events"]))
    try:
        definition = _definition(execution)
        end.limit_duration(execution, definition.get("TimeoutSeconds"))
        data = json.loads(execution["input"])
        ctx = _context(execution, definition, data)
        end.succeed(
            execution, run_states(definition["States"], definition["StartAt"], data, execution, ctx)
        )
    except scope.Stopped:
        logger.info("execution stopped: %s", execution_arn)
    except StepError as failure:
        end.fail(execution, failure.error, failure.cause)
    except Exception as failure:
        logger.exception("unexpected error in execution %s", execution_arn)
        end.fail(execution, "States.Runtime", str(failure))


def _definition(execution: Execution) -> dict[str, Any]:
    """The definition fixed at the start, or the machine's. AWS: State machine versions."""
    machine = engine._state_machines.get(execution["stateMachineArn"]) or {}
    text = execution.get("definition") or machine.get("definition")
    if not text:
        raise StepError("States.Runtime", "The state machine no longer exists")
    definition: dict[str, Any] = json.loads(text)
    return definition


def _context(execution: Execution, definition: dict[str, Any], data: Any) -> dict[str, Any]:
    """The Context object. AWS: Accessing execution data from the Context object."""
    arn = execution["stateMachineArn"]
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": data,
            "Name": execution["name"],
            "RoleArn": (engine._state_machines.get(arn) or {}).get("roleArn", ""),
            "StartTime": execution["startDate"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": arn, "Name": arn.rsplit(":", 1)[-1]},
        "variables": {},
    }


def run_sub_machine(
    states: dict[str, Any],
    start_at: str,
    input_data: Any,
    execution: Execution,
    ctx: dict[str, Any],
) -> Any:
    """Run a branch of a Parallel state, or an item of a Map. Replaces ``_run_sub_machine``."""
    data = copy.deepcopy(input_data)
    return run_states(states, start_at, data, execution, ctx, recorded=is_on("task-history"))


def run_states(
    states: dict[str, Any],
    start_at: str,
    data: Any,
    execution: Execution,
    ctx: dict[str, Any],
    *,
    recorded: bool = True,
) -> Any:
    """Run states until one ends the machine. Returns its output.

    ``recorded``: the history contains the events of the states.
    """
    name: str | None = start_at
    while name:
        scope.current().check()
        state = states.get(name)
        if not state:
            raise StepError("States.Runtime", f"State '{name}' not found in definition")
        kind = state.get("Type")
        ctx["State"] = {"Name": name, "EnteredTime": engine.now_iso(), "RetryCount": 0}
        if recorded:
            history.add_state_entered(execution, kind, name, data)
        data, next_name = _run_state(state, kind, data, execution, ctx)
        if recorded:
            history.add_state_exited(execution, kind, name, data)
        name = next_name
    return data


def _run_state(
    state: dict[str, Any], kind: str, data: Any, execution: Execution, ctx: dict[str, Any]
) -> Any:
    if kind == "Succeed":
        chosen = engine._apply_input_path(state, data, ctx)
        return engine._apply_output_path(state, chosen, ctx), None
    if kind == "Fail":
        raise StepError(*engine._fail_state_error(state, data, ctx))
    if kind not in _HANDLERS:
        raise StepError("States.Runtime", f"Unknown state type: {kind}")
    handler = getattr(engine, _HANDLERS[kind])
    if kind in _COMPOSITE:
        return handler(state, data, execution, ctx)
    return handler(state, data, ctx)
