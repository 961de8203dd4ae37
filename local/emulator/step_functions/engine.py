"""MiniStack's Step Functions module, whose functions this package replaces.

MiniStack has no types: its module is an ``Any`` here and nowhere else.
"""

import importlib
from typing import Any

engine: Any = importlib.import_module("ministack.services.stepfunctions")

Execution = dict[str, Any]
"""MiniStack's record of one execution (``_executions[arn]``)."""

Response = tuple[int, dict[str, str], bytes]
"""The response of an API action: status, headers, body."""

StepError: Any = engine._ExecutionError
"""A state's failure, with ``error`` (the name that Retry and Catch match) and ``cause``."""


def refuse(code: str, message: str) -> Response:
    """An AWS error response (HTTP 400)."""
    response: Response = engine.error_response_json(code, message, 400)
    return response


def accept(body: dict[str, Any]) -> Response:
    """A successful AWS response."""
    response: Response = engine.json_response(body)
    return response
