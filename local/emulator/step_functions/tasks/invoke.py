"""Calls of Lambda functions by a state machine."""

import json
from typing import Any

from local.emulator.faults.injected import FAULTS
from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import StepError, engine


def call_lambda(reference: str, event: Any) -> Any:
    """Invoke a function and return its payload. Replaces ``_call_lambda``.

    AWS, Invoke an AWS Lambda function with Step Functions: the error name of an exception is its
    class, the cause is the JSON error document; an error of the Lambda service is
    ``Lambda.<Name>``.
    """
    from ministack.services import lambda_svc

    func, config, name = lambda_svc._get_func_record_for_ref(reference)
    if not func or not config:
        raise StepError("Lambda.ResourceNotFoundException", f"Function not found: {name}")
    fault = FAULTS.take("lambda", "Invoke", function=name)
    if fault:
        fault.wait_before()
        if fault.effect == "drop":
            return None
        if fault.effect == "fail" and not fault.after:
            raise StepError(f"Lambda.{fault.error}", fault.message)
    record = lambda_svc._execution_record_for_config(func, config)
    result = lambda_svc._execute_function_with_config_scope(record, event)
    if fault:
        fault.wait_after()
        if fault.effect == "fail":
            raise StepError(f"Lambda.{fault.error}", fault.message)
    return _payload(result)


def _payload(result: dict[str, Any]) -> Any:
    body = result.get("body")
    if result.get("throttle") and is_on("lambda-throttle"):
        raise StepError("Lambda.TooManyRequestsException", json.dumps(body))
    if result.get("error"):
        name = body.get("errorType", "Lambda.Unknown") if isinstance(body, dict) else None
        raise StepError(name or "Lambda.Unknown", json.dumps(body))
    if not isinstance(body, str | bytes) or is_on("lambda-workers"):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return body


def notify(resource: str, parameters: Any) -> Any:
    """Make the call of a ``.waitForTaskToken`` task, which passes the token."""
    return engine._invoke_resource(resource.replace(".waitForTaskToken", ""), parameters)
