"""The gate: what is decided about a request before its fields are looked at.

In this order: does the route exist (404, 405), who calls (401), may they (403), is the body small
(413) and JSON (415, 400), are the names of ids and parameters right (404, 422).
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from lambdas.api.errors import (
    BodyTooLarge,
    InvalidFields,
    MalformedRequest,
    MediaTypeNotSupported,
    MethodNotAllowed,
    NotAuthenticated,
    RouteNotFound,
)
from lambdas.api.identity import Principal, principal_of
from lambdas.api.resource import Operation
from lambdas.domain.errors import NotAllowed, OrderNotFound
from lambdas.ulid import is_ulid

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Admission:
    """A request that may reach its route."""

    operation: Operation
    principal: Principal | None
    order_id: str | None


def admit(event: Event, operations: Sequence[Operation]) -> Admission:
    """Let a request through to its route. Raises the ApiRefusal, NotAllowed or OrderNotFound
    that stops it.
    """
    operation, ids = _route(event, operations)
    principal = None if operation.public else _authorised(event, operation)
    if operation.has_body:
        _require_json_object(event, operation.body_limit)
    _require_known_parameters(event, operation)
    order_id = ids.get("order_id")
    if order_id is not None and not is_ulid(order_id):
        raise OrderNotFound("there is no such order")
    return Admission(operation, principal, order_id)


def readable(event: Event) -> dict[str, Any]:
    """The event of a body that is known to be JSON, declared in the one form that the framework
    understands: media types may be written in any case.
    """
    headers: Mapping[str, str] = event.get("headers") or {}
    others = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return {**event, "headers": {**others, "content-type": "application/json"}}


def method_and_path(event: Event) -> tuple[str, str]:
    """The request line of an HTTP API event (payload format 2.0), without the stage's name."""
    context = event["requestContext"]
    stage, path = context.get("stage", "$default"), str(event.get("rawPath") or "/")
    if stage != "$default":
        path = path.removeprefix(f"/{stage}")
    return str(context["http"]["method"]).upper(), path


def _route(event: Event, operations: Sequence[Operation]) -> tuple[Operation, Mapping[str, str]]:
    method, path = method_and_path(event)
    matching = {
        one.method: (one, match.groupdict())
        for one in operations
        if (match := one.pattern.fullmatch(path))
    }
    if not matching:
        raise RouteNotFound("nothing is served under this path")
    if method not in matching:
        raise MethodNotAllowed(f"{method} is not served under this path", tuple(matching))
    return matching[method]


def _authorised(event: Event, operation: Operation) -> Principal:
    principal = principal_of(event)
    if principal is None:
        raise NotAuthenticated("the request carries no access token of this user pool")
    if not principal.roles & operation.roles:
        roles = " or ".join(sorted(operation.roles))
        raise NotAllowed(f"{operation.name} is for the role {roles}")
    return principal


def _require_json_object(event: Event, limit: int) -> None:
    body = _body(event)
    if len(body) > limit:
        raise BodyTooLarge(f"the body has {len(body)} bytes, {limit} are allowed")
    declared = _header(event, "content-type").partition(";")[0].strip().lower()
    if declared not in ("", "application/json"):
        raise MediaTypeNotSupported("the body is not declared as JSON")
    try:
        parsed = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise MalformedRequest("the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise MalformedRequest("the body is not a JSON object")


def _body(event: Event) -> bytes:
    text = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return text.encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRequest("the body is not what its encoding says") from None


def _header(event: Event, name: str) -> str:
    headers: Mapping[str, str] = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _require_known_parameters(event: Event, operation: Operation) -> None:
    sent = dict(parse_qsl(str(event.get("rawQueryString") or ""), keep_blank_values=True))
    unknown = sorted(sent.keys() - operation.query)
    if unknown and not operation.public:
        known = ", ".join(sorted(operation.query)) or "none"
        errors = [{"field": name, "problem": f"Known parameters: {known}"} for name in unknown]
        raise InvalidFields("unknown query parameters", errors)
