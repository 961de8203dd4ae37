"""The end of an execution: it is final, and it ends all waits inside the execution."""

import json
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import history, scope
from local.emulator.step_functions.engine import Execution, Response, accept, engine, refuse


def end(execution: Execution, status: str, **outcome: Any) -> bool:
    """End a running execution; False if it has already ended.

    ``outcome`` may hold ``output`` (JSON text), ``error`` and ``cause``. AWS: an execution that is
    ABORTED, TIMED_OUT, FAILED or SUCCEEDED does not change again (API Reference, StopExecution,
    DescribeExecution).
    """
    with history.lock:
        if execution["status"] != "RUNNING" and is_on("stop-final"):
            return False
        _add_end_event(execution, status, outcome)
        execution.update(outcome, status=status, stopDate=engine.now_iso())
    if is_on("stop-final") or status != "ABORTED":
        scope.close(execution["executionArn"])
    if status != "TIMED_OUT" or is_on("status-events"):
        engine._emit_execution_status_event(execution)
    return True


def succeed(execution: Execution, output: Any) -> None:
    """End as SUCCEEDED with the last state's output."""
    end(execution, "SUCCEEDED", output=json.dumps(output))


def fail(execution: Execution, error: str, cause: str) -> None:
    """End as FAILED; replaces MiniStack's ``_fail_execution``."""
    end(execution, "FAILED", error=error, cause=cause)


def stop_execution(data: dict[str, Any]) -> Response:
    """StopExecution. AWS: it runs no Catch, and a late task result changes nothing."""
    arn = data.get("executionArn")
    execution = engine._executions.get(arn)
    if not execution:
        return refuse("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    reason = {key: data[key] for key in ("error", "cause") if data.get(key) is not None}
    if not end(execution, "ABORTED", **reason) and execution["status"] != "ABORTED":
        return refuse("ValidationException", "Execution is not running")
    return accept({"stopDate": execution["stopDate"]})


def limit_duration(execution: Execution, seconds: Any) -> None:
    """End an execution as TIMED_OUT after ``TimeoutSeconds`` of its state machine.

    AWS: State machine structure in Amazon States Language, TimeoutSeconds.
    """
    loop = engine_loop()
    if is_on("execution-timeout") and isinstance(seconds, int | float) and loop:
        loop.call_soon_threadsafe(loop.call_later, seconds, time_out, execution)


def time_out(execution: Execution) -> None:
    """End as TIMED_OUT, unless the execution has ended or the emulator was reset."""
    if engine._executions.get(execution["executionArn"]) is execution:
        end(execution, "TIMED_OUT", error="States.Timeout")


def engine_loop() -> Any:
    """MiniStack's event loop: a timer there needs no thread."""
    from ministack import app

    return app._MAIN_LOOP


def _add_end_event(execution: Execution, status: str, outcome: dict[str, Any]) -> None:
    event = {
        "SUCCEEDED": "ExecutionSucceeded",
        "FAILED": "ExecutionFailed",
        "ABORTED": "ExecutionAborted",
        "TIMED_OUT": "ExecutionTimedOut",
    }[status]
    if status in ("ABORTED", "TIMED_OUT"):  # ended by another thread
        history.continue_after(len(execution["events"]))
    details = dict(outcome)
    if "output" in details:
        details["outputDetails"] = {"truncated": False}
    history.add_event(execution, event, {event[0].lower() + event[1:] + "EventDetails": details})
