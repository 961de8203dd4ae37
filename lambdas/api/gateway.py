"""What the gateway in front of the API answers by itself, before or instead of the function.

These answers are no problem documents: they are JSON objects with a `message` alone. (Amazon API
Gateway Developer Guide: HTTP API routes, JWT authorizers, quotas, integration errors)
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from lambdas.api.resource import Operation

_ANYWHERE: Mapping[int, str] = {
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests at once, of everybody together",
    HTTPStatus.INTERNAL_SERVER_ERROR: "No answer that could be passed on",
    HTTPStatus.SERVICE_UNAVAILABLE: "No answer in time",
}
_UNAUTHORIZED: Mapping[int, str] = {HTTPStatus.UNAUTHORIZED: "No token, or none that is valid"}
_TOO_LARGE: Mapping[int, str] = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A body of more than 10 MB"}

SCHEMA: Mapping[str, Any] = {
    "title": "GatewayView",
    "description": "An answer of the gateway in front, which knows nothing of orders.",
    "type": "object",
    "properties": {"message": {"type": "string", "examples": ["Unauthorized"]}},
    "required": ["message"],
}


def gateway_answers(operation: Operation) -> Mapping[int, str]:
    """The statuses that the gateway itself may give to a request of this route, and when."""
    return {
        **({} if operation.public else _UNAUTHORIZED),
        **(_TOO_LARGE if operation.has_body else {}),
        **_ANYWHERE,
    }
