"""Convert a worker's result to the response of Lambda."""

import json
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.functions import capacity

_NO_CODE = {"errorMessage": "no code deployed", "errorType": "Runtime.NoCode"}
_OUTERMOST = 1
"""Depth of a function not called by another; MiniStack uses 0 except for the Invoke API."""


def execute_function_warm(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Run an invocation on a pooled worker. Replaces ``_execute_function_warm``.

    AWS, Lambda function handler exceptions in Python: the response of a failed function is
    ``{errorMessage, errorType, requestId, stackTrace}``, with the exception's class name.
    """
    from ministack.services import lambda_svc

    config = func.get("config") or func
    if not func.get("code_zip"):
        return _as_response({"status": "error", "error": _NO_CODE})
    lambda_svc._ensure_reaper_thread()
    with capacity.slot(nested=lambda_svc._invoke_depth.get() > _OUTERMOST):
        return _as_response(_run(func, config, event, request_id))


def _run(
    func: dict[str, Any], config: dict[str, Any], event: Any, request_id: str
) -> dict[str, Any]:
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    name, version = config.get("FunctionName", "unknown"), config.get("Version", "$LATEST")
    worker, how = lambda_runtime.acquire_worker(name, config, func["code_zip"], qualifier=version)
    try:
        if how == "spawn":
            capacity.make_room()
        result: dict[str, Any] = worker.invoke(
            event,
            request_id,
            trace_id=lambda_svc._xray_trace_id_for_invocation(config),
            invoked_function_arn=config.get("FunctionArn", ""),
            depth=max(_OUTERMOST, lambda_svc._invoke_depth.get()),
            durable=lambda_svc._durable_env_overlay(),
        )
        return result
    finally:
        lambda_runtime.release_worker(worker)


def _as_response(result: dict[str, Any]) -> dict[str, Any]:
    log = result.get("log", "")
    if result["status"] == "ok":
        return {"body": result.get("result"), "log": log}
    error = result["error"]
    if isinstance(error, str):  # a Node.js worker of MiniStack
        error = {"errorMessage": error, "errorType": "Runtime.HandlerError"}
    if not is_on("error-names"):
        error = {**error, "errorType": "Runtime.HandlerError"}
    return {"body": error, "error": True, "log": "\n".join(filter(None, [log, json.dumps(error)]))}
