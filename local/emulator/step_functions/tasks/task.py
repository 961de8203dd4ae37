"""Task states: attempts, tokens, timeouts and the history of each attempt."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import Execution, StepError, engine
from local.emulator.step_functions.states import error_names
from local.emulator.step_functions.states.retry import with_retry_and_catch
from local.emulator.step_functions.tasks import invoke, limits, tokens
from local.emulator.step_functions.tasks.callback import Callback
from local.emulator.step_functions.tasks.task_events import TaskEvents

_stock_execute_task = engine._execute_task


def execute_task(
    state_def: dict[str, Any], raw_input: Any, execution: Execution, ctx: dict[str, Any]
) -> Any:
    """Run a Task state. Returns its output and the name of the next state (None at the end).

    MiniStack's code runs JSONata states: this project uses JSONPath only.
    """
    if engine._state_query_language(state_def, ctx) == "JSONata":
        return _stock_execute_task(state_def, raw_input, execution, ctx)
    task = Task(state_def, execution, ctx)
    return with_retry_and_catch(state_def, raw_input, ctx, lambda: task.attempt(raw_input))


class Task:
    """One entry into a Task state."""

    def __init__(self, state_def: dict[str, Any], execution: Execution, ctx: dict[str, Any]):
        self._state = state_def
        self._execution = execution
        self._ctx = ctx
        self._resource = state_def.get("Resource", "")
        self._waits = ".waitForTaskToken" in self._resource
        self._token: tuple[str, tokens.Waiting] | None = None

    def attempt(self, raw_input: Any) -> Any:
        """One attempt: parameters, call, ResultSelector, ResultPath, OutputPath."""
        if self._waits:
            self._issue_token()
        data = engine._apply_input_path(self._state, raw_input, self._ctx)
        allowed = limits.read_limits(self._state, data, self._ctx)
        parameters = engine._apply_parameters(self._state, data, self._ctx)
        result = self._call_and_record(parameters, allowed)
        result = engine._apply_result_selector(self._state, result, *self._selector_context())
        output = engine._apply_result_path(self._state, raw_input, result)
        output = engine._apply_output_path(self._state, output, self._ctx)
        return output, engine._next_or_end(self._state)

    def _issue_token(self) -> None:
        """AWS, Context object: ``Task.Token`` belongs to one attempt."""
        if self._token is None or is_on("token-per-attempt"):
            self._token = tokens.issue()
        else:
            self._token = self._token[0], tokens.reopen(self._token[0])
        self._ctx["Task"] = {"Token": self._token[0]}

    def _call_and_record(self, parameters: Any, allowed: limits.Limits) -> Any:
        """Make the call and add its events to the history."""
        events = TaskEvents(self._execution, self._resource)
        events.scheduled(parameters, allowed.for_history())
        events.started()
        try:
            result = self._call(parameters, allowed, events)
        except StepError as failure:
            if error_names.is_timeout(failure.error):
                events.timed_out(failure.cause)
            else:
                events.failed(failure.error, failure.cause)
            raise
        events.succeeded(result)
        return result

    def _call(self, parameters: Any, allowed: limits.Limits, events: TaskEvents) -> Any:
        mocked = _find_mock(self._execution, self._ctx)
        if mocked is not None:
            return _mock_result(mocked)
        if self._token:
            callback = Callback(*self._token, allowed)
            return callback.run(lambda: invoke.notify(self._resource, parameters), events.submitted)
        return _call_within(self._resource, parameters, allowed)

    def _selector_context(self) -> tuple[Any, ...]:
        return (self._ctx,) if is_on("strict-paths") else ()


def _call_within(resource: str, parameters: Any, allowed: limits.Limits) -> Any:
    """Make a call within its time limits. AWS: the call itself cannot be stopped."""
    ends = [end for end in (allowed.timeout, allowed.heartbeat) if end is not None]
    if not ends or ":activity:" in resource:
        return engine._invoke_resource(resource, parameters)
    pool = ThreadPoolExecutor(max_workers=1)
    context = contextvars.copy_context()
    future = pool.submit(context.run, engine._invoke_resource, resource, parameters)
    pool.shutdown(wait=False)
    try:
        return future.result(timeout=min(ends))
    except TimeoutError:
        missed = allowed.heartbeat is not None and allowed.heartbeat == min(ends)
        name = error_names.HEARTBEAT_TIMEOUT if missed else error_names.TIMEOUT
        raise StepError(name, "") from None


def _find_mock(execution: Execution, ctx: dict[str, Any]) -> dict[str, Any] | None:
    """The response for this attempt in a mock configuration file of Step Functions Local."""
    if not engine._sfn_mock_config:
        return None
    state, attempts = ctx["State"]["Name"], execution.setdefault("mockAttempts", {})
    attempt = attempts.get(state, 0)
    machine, case = ctx["StateMachine"]["Name"], execution.get("testCase", "")
    found: dict[str, Any] | None = engine._get_mock_response(machine, case, state, attempt)
    if found is not None:
        attempts[state] = attempt + 1
    return found


def _mock_result(mocked: dict[str, Any]) -> Any:
    if "Throw" not in mocked:
        return mocked.get("Return", {})
    thrown = mocked["Throw"]
    raise StepError(thrown.get("Error", "MockError"), thrown.get("Cause", "Mocked failure"))
