"""Call MiniStack's API actions from a CloudFormation resource type."""

import importlib
import json
from collections.abc import Callable
from typing import Any

engine: Any = importlib.import_module("ministack.services.stepfunctions")
provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]
"""Physical id (the value of Ref) and attributes (for Fn::GetAtt)."""


def call(action: Callable[[dict[str, Any]], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Return the response body; an error fails the resource with the action's message."""
    status, _, raw = action(request)
    body: dict[str, Any] = json.loads(raw or b"{}")
    if status >= 400:
        raise ValueError(f"{body.get('message')} (Service: Sfn, Error: {body.get('__type')})")
    return body
