"""Runs one Lambda function, one event after the other. Executed as a program, not imported.

It uses only the standard library and no module of this package, so that the function's code finds
the same modules as on AWS. The protocol is JSON lines: start-up and events on stdin, responses on
a copy of stdout. Output of the function is logged.
"""

import importlib
import json
import os
import sys
import threading
import time
import traceback
from typing import Any, TextIO

END_OF_LOG = "\x00end of invocation"
"""Ends the log of one invocation on standard error."""

_PARENT_CHECK_SECONDS = 1.0
_DEPTH = "_MINISTACK_INVOKE_DEPTH"


def run() -> None:
    """Serve until standard input closes."""
    responses = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    _end_with_parent()
    init = json.loads(sys.stdin.readline())
    try:
        handler = _load(init)
    except BaseException as failure:  # noqa: BLE001 - SystemExit, too, is reported to the caller
        _send(responses, {"status": "error", "error": _init_error(failure)})
        return
    _send(responses, {"status": "ready"})
    for line in sys.stdin:
        message = json.loads(line)
        response = _invoke(handler, message["event"], _context(init, message))
        print(END_OF_LOG, flush=True)
        _send(responses, response)


def _end_with_parent() -> None:
    """A busy worker does not notice that its input closes, so it monitors its parent."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _load(init: dict[str, Any]) -> Any:
    os.environ.clear()
    os.environ.update(init["environment"])
    os.chdir(init["code"])
    sys.path[:0] = [init["code"], *init["layers"]]
    _mark_nested_calls()
    module, _, function = init["handler"].replace("/", ".").rpartition(".")
    loaded = importlib.import_module(module)
    if not hasattr(loaded, function):
        raise _NoHandler(f"Handler '{function}' missing on module '{module}'")
    return getattr(loaded, function)


class _NoHandler(Exception):
    pass


def _mark_nested_calls() -> None:
    """Pass the depth of nested invocations to MiniStack, for its recursion guard."""
    try:
        import botocore.handlers
    except ImportError:
        return

    def add_depth(params: dict[str, Any], **_: Any) -> None:
        depth = os.environ.get(_DEPTH)
        if depth is not None:
            params["headers"].setdefault("X-Ministack-Invoke-Depth", depth)

    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", add_depth))


class _Context:
    """The context object. AWS: Using the Lambda context object to retrieve information."""

    identity = None
    client_context = None

    def __init__(self, init: dict[str, Any], call: dict[str, Any]) -> None:
        variables = init["environment"]
        self.function_name = variables["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = variables["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = int(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
        self.log_group_name = variables["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = call["invoked_function_arn"]
        self.aws_request_id = call["request_id"]
        self._deadline = time.monotonic() + init["timeout_seconds"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def _context(init: dict[str, Any], message: dict[str, Any]) -> _Context:
    call = message["call"]
    for name, value in call["variables"].items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = str(value)
    return _Context(init, call)


def _invoke(handler: Any, event: Any, context: _Context) -> dict[str, Any]:
    try:
        result = handler(event, context)
    except Exception as failure:  # noqa: BLE001 - reported to the caller, as Lambda does
        traceback.print_exc()
        return {"status": "error", "error": _error(failure, context.aws_request_id)}
    try:
        return {"status": "ok", "result": json.loads(json.dumps(result))}
    except (TypeError, ValueError) as failure:
        error = {
            "errorMessage": f"Unable to marshal response: {failure}",
            "errorType": "Runtime.MarshalError",
            "requestId": context.aws_request_id,
            "stackTrace": [],
        }
        return {"status": "error", "error": error}


def _error(failure: BaseException, request_id: str) -> dict[str, Any]:
    """AWS, Lambda function handler exceptions in Python: the class name is the errorType."""
    frames = traceback.format_list(traceback.extract_tb(failure.__traceback__)[1:])
    return {
        "errorMessage": str(failure),
        "errorType": type(failure).__name__,
        "requestId": request_id,
        "stackTrace": frames,
    }


def _init_error(failure: BaseException) -> dict[str, Any]:
    traceback.print_exception(failure)
    error = _error(failure, "")
    if isinstance(failure, _NoHandler):
        error["errorType"] = "Runtime.HandlerNotFound"
    elif isinstance(failure, ImportError):
        error["errorType"] = "Runtime.ImportModuleError"
        error["errorMessage"] = f"Unable to import module: {failure}"
    elif isinstance(failure, SystemExit):
        error["errorType"] = "Runtime.ExitError"
    return error


def _send(responses: TextIO, message: dict[str, Any]) -> None:
    responses.write(json.dumps(message) + "\n")
    responses.flush()


if __name__ == "__main__":
    run()
