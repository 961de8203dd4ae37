"""TestState with the mocked result or error of a Task or Parallel state."""

import json
from typing import Any

from local.emulator.step_functions.engine import Response, StepError, accept, engine
from local.emulator.step_functions.states.retry import catch_error

_stock_test_state = engine._test_state


def test_state(data: dict[str, Any]) -> Response:
    """TestState. AWS: an error is retried before it is caught, a Parallel state can be mocked, and
    the Context object has ``State.RetryCount``.
    """
    state, mock = json.loads(data["definition"]), data.get("mock")
    if not mock or "States" in state:
        stock: Response = _stock_test_state(data)
        return stock
    found = json.loads(data.get("input", "{}"))
    context = json.loads(data.get("context", "{}"))
    ctx = {"State": {"Name": "StateName", "RetryCount": 0}, "variables": {}, **context}
    try:
        engine._apply_parameters(state, engine._apply_input_path(state, found, ctx), ctx)
        if "errorOutput" in mock:
            retries = data.get("stateConfiguration", {}).get("retrierRetryCount", 0)
            return accept(_failure_answer(state, found, ctx, mock["errorOutput"], retries))
        return accept(_success_answer(state, found, ctx, json.loads(mock["result"])))
    except StepError as failure:
        return accept({"status": "FAILED", "error": failure.error, "cause": failure.cause})


def _failure_answer(
    state: dict[str, Any], data: Any, ctx: dict[str, Any], mocked: dict[str, str], retries: int
) -> dict[str, Any]:
    error, cause = mocked["error"], mocked.get("cause", "")
    answer = {"error": error, "cause": cause}
    used = dict.fromkeys(range(len(state.get("Retry", []))), retries)
    if engine._find_matching_retrier(state.get("Retry", []), error, used)[0] is not None:
        return {**answer, "status": "RETRIABLE"}
    output, following = catch_error(state, data, ctx, StepError(error, cause))
    return {
        **answer,
        "status": "CAUGHT_ERROR",
        "output": json.dumps(output),
        "nextState": following,
    }


def _success_answer(
    state: dict[str, Any], data: Any, ctx: dict[str, Any], result: Any
) -> dict[str, Any]:
    selected = engine._apply_result_selector(state, result, ctx)
    output = engine._apply_result_path(state, data, selected)
    output = engine._apply_output_path(state, output, ctx)
    following = engine._next_or_end(state)
    end = {} if following is None else {"nextState": following}
    return {"status": "SUCCEEDED", "output": json.dumps(output), **end}
