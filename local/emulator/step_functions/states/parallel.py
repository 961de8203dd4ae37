"""Parallel states: concurrent branches that stop together."""

import contextvars
import threading
from concurrent.futures import ALL_COMPLETED, FIRST_EXCEPTION, Future, wait
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import history, scope
from local.emulator.step_functions.engine import Execution, StepError, engine


def run_parallel_branches(
    state_def: dict[str, Any], raw_input: Any, execution: Execution, ctx: dict[str, Any]
) -> Any:
    """One attempt of a Parallel state. Replaces ``_run_parallel_branches``.

    AWS, Parallel workflow state: if any branch fails, the state fails and all its branches are
    stopped. A running Lambda function continues.
    """
    data = engine._apply_input_path(state_def, raw_input, ctx)
    data = engine._apply_parameters(state_def, data, ctx)
    _add_event(execution, "ParallelStateStarted")
    try:
        results = _results(state_def.get("Branches", []), data, execution, ctx)
    except StepError:
        _add_event(execution, "ParallelStateFailed")
        raise
    _add_event(execution, "ParallelStateSucceeded")
    selector = (ctx,) if is_on("strict-paths") else ()
    result = engine._apply_result_selector(state_def, results, *selector)
    output = engine._apply_result_path(state_def, raw_input, result)
    output = engine._apply_output_path(state_def, output, ctx)
    return output, engine._next_or_end(state_def)


def _add_event(execution: Execution, event: str) -> None:
    if is_on("task-history"):
        history.add_event(execution, event)


def _results(
    branches: list[dict[str, Any]], data: Any, execution: Execution, ctx: dict[str, Any]
) -> list[Any]:
    inside, outside = scope.Scope(), scope.current()
    outside.on_stop(inside.stop)
    running = [_start(branch, data, execution, dict(ctx), inside) for branch in branches]
    wait(running, return_when=FIRST_EXCEPTION if is_on("parallel-stop") else ALL_COMPLETED)
    inside.stop()
    outside.remove_on_stop(inside.stop)
    failed = [future for future in running if future.done() and future.exception()]
    return [_result(future) for future in failed or running]


def _result(future: "Future[Any]") -> Any:
    """The output of a branch. Raises the failure of the Parallel state."""
    try:
        return future.result()
    except (StepError, scope.Stopped):
        raise
    except Exception as failure:
        raise StepError("States.BranchFailed", str(failure)) from failure


def _start(
    branch: dict[str, Any],
    data: Any,
    execution: Execution,
    ctx: dict[str, Any],
    inside: scope.Scope,
) -> "Future[Any]":
    future: Future[Any] = Future()

    def run() -> None:
        scope.enter(inside)
        states, start_at = branch.get("States", {}), branch.get("StartAt")
        try:
            result = engine._run_sub_machine(states, start_at, data, execution, ctx)
            future.set_result(result)
        except BaseException as failure:  # noqa: BLE001 - the future raises it
            future.set_exception(failure)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()
    return future
