"""MiniStack's Step Functions module, which these modules replace functions of.

MiniStack is untyped, so it is an ``Any`` here, once, instead of everywhere.
"""

import importlib
from typing import Any

engine: Any = importlib.import_module("ministack.services.stepfunctions")

Execution = dict[str, Any]
"""MiniStack's record of one execution (``_executions[arn]``)."""

Response = tuple[int, dict[str, str], bytes]
"""What an API action answers: status, headers, body."""

StepError: Any = engine._ExecutionError
"""A state's failure, with ``error`` (the name that Retry and Catch match) and ``cause``."""


def refuse(code: str, message: str) -> Response:
    """An AWS error answer (HTTP 400)."""
    answer: Response = engine.error_response_json(code, message, 400)
    return answer


def accept(body: dict[str, Any]) -> Response:
    """A successful AWS answer."""
    answer: Response = engine.json_response(body)
    return answer
