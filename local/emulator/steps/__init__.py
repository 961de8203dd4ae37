"""Step Functions: the functions of MiniStack that are replaced, and by what.

:func:`install` is the whole list. Which behaviour each replacement brings, and from which AWS
document, stands in its docstring and in :mod:`local.emulator.fixes`.
"""

from typing import Any

from local.emulator.fixes import is_on


def install() -> None:
    """Replace the functions of MiniStack's Step Functions module."""
    from local.emulator.steps import scope, tokens
    from local.emulator.steps.engine import engine

    for name, replacement in _replacements().items():
        if not callable(getattr(engine, name, None)):
            raise RuntimeError(f"MiniStack has no function {name} to replace")
        setattr(engine, name, replacement)
    stock_reset = engine.reset

    def reset() -> None:
        """Forget everything, and stop what still runs."""
        scope.close_all()
        tokens.retire_all()
        stock_reset()

    engine.reset = reset


def _replacements() -> dict[str, Any]:
    from local.emulator.steps import (
        branches,
        endings,
        errors,
        history,
        invoke,
        retries,
        scope,
        starts,
        tasks,
        walk,
    )

    return {
        "_start_execution": starts.start_execution,
        "_stop_execution": endings.stop_execution,
        "_fail_execution": endings.fail,
        "_run_execution": walk.run_execution,
        "_run_sub_machine": walk.run_sub_machine,
        "_run_parallel_branches": branches.run_parallel_branches,
        "_execute_task": tasks.execute_task,
        "_with_retry_and_catch": retries.with_retry_and_catch,
        "_error_matches": errors.error_matches,
        "_call_lambda": invoke.call_lambda,
        "_scaled_sleep": scope.scaled_sleep,
        "_add_event": history.add_event,
        **_token_actions(),
        **_optional(),
    }


def _token_actions() -> dict[str, Any]:
    from local.emulator.steps import tokens

    return {
        "_send_task_success": tokens.send_task_success,
        "_send_task_failure": tokens.send_task_failure,
        "_send_task_heartbeat": tokens.send_task_heartbeat,
    }


def _optional() -> dict[str, Any]:
    from local.emulator.steps import paths, reads, status_events

    found: dict[str, Any] = {}
    if is_on("strict-paths"):
        found |= {
            "_resolve_params_obj": paths.resolve_params,
            "_apply_result_selector": paths.apply_result_selector,
            "_apply_input_path": paths.apply_input_path,
            "_apply_output_path": paths.apply_output_path,
        }
    if is_on("version-starts"):
        found |= {
            "_describe_execution": reads.describe_execution,
            "_describe_state_machine_for_execution": reads.describe_state_machine_for_execution,
            "_list_executions": reads.list_executions,
        }
    if is_on("status-events"):
        found["_emit_execution_status_event"] = status_events.emit_status_event
    return found
