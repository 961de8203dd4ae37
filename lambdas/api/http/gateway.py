"""Answers of the gateway in front of the API, before or in place of those of the function.

They are not problem documents but JSON objects that contain only a `message`. (Amazon API Gateway
Developer Guide: HTTP API routes, JWT authorizers, quotas, integration errors)
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from lambdas.api.http.resource import Operation

_ANYWHERE: Mapping[int, str] = {
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests at once, from all callers together",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The function returned no valid answer",
    HTTPStatus.SERVICE_UNAVAILABLE: "The function did not answer in time",
}
_UNAUTHORIZED: Mapping[int, str] = {HTTPStatus.UNAUTHORIZED: "The token is missing or not valid"}
_TOO_LARGE: Mapping[int, str] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A body of more than 10 MB"}

SCHEMA: Mapping[str, Any] = {
    "title": "GatewayView",
    "description": "An answer of the gateway in front of the API.",
    "type": "object",
    "properties": {"message": {"type": "string", "examples": ["Unauthorized"]}},
    "required": ["message"],
}


def gateway_answers(operation: Operation) -> Mapping[int, str]:
    """The statuses that the gateway may return for a route, each with its reason."""
    return {
        **({} if operation.public else _UNAUTHORIZED),
        **(_TOO_LARGE if operation.has_body else {}),
        **_ANYWHERE,
    }
