"""Step Functions: the functions of MiniStack that are replaced, and their replacements.

:func:`install` is the complete list. The docstring of each replacement and
:mod:`local.emulator.fixes` name the AWS behaviour and its source.
"""

from typing import Any

from local.emulator.fixes import is_on


def install() -> None:
    """Replace the functions of MiniStack's Step Functions module."""
    from local.emulator.step_functions import scope
    from local.emulator.step_functions.engine import engine
    from local.emulator.step_functions.tasks import tokens

    for name, replacement in _replacements().items():
        if not callable(getattr(engine, name, None)):
            raise RuntimeError(f"MiniStack has no function {name} to replace")
        setattr(engine, name, replacement)
    stock_reset = engine.reset

    def reset() -> None:
        """Stop all executions and delete the state."""
        scope.close_all()
        tokens.retire_all()
        stock_reset()

    engine.reset = reset


def _replacements() -> dict[str, Any]:
    from local.emulator.step_functions import history, scope
    from local.emulator.step_functions.executions import end, start
    from local.emulator.step_functions.states import error_names, interpreter, parallel, retry
    from local.emulator.step_functions.tasks import invoke, task

    return {
        "_start_execution": start.start_execution,
        "_stop_execution": end.stop_execution,
        "_fail_execution": end.fail,
        "_run_execution": interpreter.run_execution,
        "_run_sub_machine": interpreter.run_sub_machine,
        "_run_parallel_branches": parallel.run_parallel_branches,
        "_execute_task": task.execute_task,
        "_with_retry_and_catch": retry.with_retry_and_catch,
        "_error_matches": error_names.error_matches,
        "_call_lambda": invoke.call_lambda,
        "_scaled_sleep": scope.scaled_sleep,
        "_add_event": history.add_event,
        **_token_actions(),
        **_optional(),
    }


def _token_actions() -> dict[str, Any]:
    from local.emulator.step_functions.tasks import tokens

    return {
        "_send_task_success": tokens.send_task_success,
        "_send_task_failure": tokens.send_task_failure,
        "_send_task_heartbeat": tokens.send_task_heartbeat,
    }


def _optional() -> dict[str, Any]:
    from local.emulator.step_functions.executions import describe, status_events
    from local.emulator.step_functions.states import json_paths, mocked

    found: dict[str, Any] = {}
    if is_on("mocked-states"):
        found["_test_state"] = mocked.test_state
    if is_on("strict-paths"):
        found |= {
            "_resolve_params_obj": json_paths.resolve_params,
            "_apply_result_selector": json_paths.apply_result_selector,
            "_apply_input_path": json_paths.apply_input_path,
            "_apply_output_path": json_paths.apply_output_path,
            "_evaluate_rule": json_paths.evaluate_rule,
        }
    if is_on("version-starts"):
        found |= {
            "_describe_execution": describe.describe_execution,
            "_describe_state_machine_for_execution": describe.describe_state_machine_for_execution,
            "_list_executions": describe.list_executions,
        }
    if is_on("status-events"):
        found["_emit_execution_status_event"] = status_events.emit_status_event
    return found
