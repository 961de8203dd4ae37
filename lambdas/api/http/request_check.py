"""Checks a request before the framework validates its fields.

The check covers, in this sequence: the route exists (404, 405), the caller is authenticated (401)
and has a role of the route (403), the body is within its limit (413) and is JSON (415, 400), the
query parameters are known (422), the ids in the path are well formed (404).
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from lambdas.api.http.errors import (
    BodyTooLarge,
    InvalidFields,
    MalformedRequest,
    MediaTypeNotSupported,
    MethodNotAllowed,
    NotAuthenticated,
    RoleMissing,
    RouteNotFound,
)
from lambdas.api.http.identity import Principal, principal_of
from lambdas.api.http.resource import Operation
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.free_text import escape
from lambdas.ulid import is_ulid

Event = Mapping[str, Any]
_ID = re.compile(r"[A-Za-z0-9._~:-]+")
"""An id or name in a path. The framework does not route some of the other characters."""
_PLAIN_NAME = re.compile(r"\w{1,40}", re.ASCII)
"""A name from a body that an answer may quote."""


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """A request that passed the checks. `path` has every id in its canonical form."""

    operation: Operation
    principal: Principal | None
    order_id: str | None
    path: str


def check_request(event: Event, operations: Sequence[Operation]) -> CheckedRequest:
    """Check a request. Raises ApiRefusal, RoleMissing or OrderNotFound."""
    operation, ids = _route(event, operations)
    principal = None if operation.public else _authorise(event, operation)
    if operation.has_body:
        _require_json_object(event, operation.body_limit)
    _require_known_parameters(event, operation)
    if not all(_ID.fullmatch(text) for name, text in ids.items() if name != "order_id"):
        raise RouteNotFound("no such route")
    order_id = _canonical(ids["order_id"]) if "order_id" in ids else None
    path = operation.path.format_map({**ids, "order_id": order_id})
    return CheckedRequest(operation, principal, order_id, path)


def as_framework_event(event: Event, request: CheckedRequest) -> dict[str, Any]:
    """The event in a form that the framework accepts: the method and path of the operation, and
    `application/json` as the content type, because the body is checked.
    """
    headers: Mapping[str, str] = event.get("headers") or {}
    others = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    context = event["requestContext"]
    http = {**context["http"], "method": request.operation.method, "path": request.path}
    return {
        **event,
        "rawPath": request.path,
        "requestContext": {**context, "stage": "$default", "http": http},
        "headers": {**others, "content-type": "application/json"},
    }


def method_and_path(event: Event) -> tuple[str, str]:
    """The method and path of an HTTP API event (payload format 2.0), without the API's stage.

    Raises MalformedRequest for any other event.
    """
    try:
        context = event["requestContext"]
        stage, path = context.get("stage", "$default"), str(event.get("rawPath") or "/")
        method = str(context["http"]["method"]).upper()
    except (AttributeError, KeyError, TypeError):
        raise MalformedRequest(
            "the event is not a request of an HTTP API (payload format 2.0)"
        ) from None
    if stage != "$default":
        path = path.removeprefix(f"/{stage}")
    return method, path


def _route(event: Event, operations: Sequence[Operation]) -> tuple[Operation, Mapping[str, str]]:
    method, path = method_and_path(event)
    matching = {
        operation.method: (operation, match.groupdict())
        for operation in operations
        if (match := operation.pattern.fullmatch(path))
    }
    if not matching:
        raise RouteNotFound("no such route")
    if "GET" in matching:  # (RFC 9110, 9.3.2: HEAD is GET without the content)
        matching["HEAD"] = matching["GET"]
    if method not in matching:
        there = {name: one for name, (one, _) in matching.items()}
        raise _method_not_allowed(method, there, operations)
    return matching[method]


def _method_not_allowed(
    method: str, matching: Mapping[str, Operation], operations: Sequence[Operation]
) -> MethodNotAllowed:
    """The refusal of a method. Where the path ends with an id, it names the fixed last parts that
    have the method: the kinds of signals, to a caller who misspelt one.
    """
    split = [
        operation.path.rpartition("/") for operation in operations if operation.method == method
    ]
    parents = {one.path.rpartition("/{")[0] for one in matching.values() if one.path.endswith("}")}
    beside = sorted(last for parent, _, last in split if parent in parents and "{" not in last)
    possible = f"; {method} is possible with {', '.join(beside)} as its last part" if beside else ""
    return MethodNotAllowed(f"this path has no method {escape(method)}{possible}", tuple(matching))


def _canonical(order_id: str) -> str:
    """The stored form of an order id: a ULID in upper case.

    Raises OrderNotFound for a text that cannot be an id.
    """
    canonical = unquote(order_id).strip().upper()
    if not is_ulid(canonical):
        raise OrderNotFound(
            "there is no such order: an order id has 26 letters and digits, without I, L, O and U, "
            "and begins with 0 to 7"
        )
    return canonical


def _authorise(event: Event, operation: Operation) -> Principal:
    principal = principal_of(event)
    if principal is None:
        raise NotAuthenticated("the request carries no access token of this user pool")
    if not principal.roles & operation.roles:
        roles = " or ".join(sorted(operation.roles))
        action = operation.summary[:1].lower() + operation.summary[1:]
        raise RoleMissing(f"you need the role {roles} to {action}", operation.roles)
    return principal


def _require_json_object(event: Event, limit: int) -> None:
    body = _body(event)
    if len(body) > limit:
        raise BodyTooLarge(f"the body has {len(body)} bytes, {limit} are allowed")
    declared = header(event, "content-type").partition(";")[0].strip().lower()
    if declared not in ("", "application/json"):
        raise MediaTypeNotSupported("the Content-Type of the body is not JSON")
    try:
        parsed = json.loads(body.decode(), object_pairs_hook=_each_name_once)
    except _NameTwice as error:
        raise MalformedRequest(f"an object in the body contains {error.args[0]} twice") from None
    except (ValueError, RecursionError):
        raise MalformedRequest("the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise MalformedRequest("the body is not a JSON object")


class _NameTwice(Exception):
    """An object has a duplicate name: parsers differ in which value they use."""


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object of a body. (RFC 8259, 4: names should be unique; RFC 7493, 2.3: must be)"""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NameTwice(repr(twice) if _PLAIN_NAME.fullmatch(twice) else "a name")
    return found


def _body(event: Event) -> bytes:
    text = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return text.encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRequest("the body is not valid base64") from None


def header(event: Event, name: str) -> str:
    """The value of a request header (its name in any case), or "" if it is absent."""
    headers: Mapping[str, str] = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _require_known_parameters(event: Event, operation: Operation) -> None:
    if operation.public:
        return
    pairs = parse_qsl(str(event.get("rawQueryString") or ""), keep_blank_values=True)
    sent = Counter(name for name, _ in pairs)
    known = ", ".join(sorted(operation.query)) or "none"
    if unknown := sorted(sent.keys() - operation.query):
        raise _invalid("unknown query parameters", unknown, f"Known parameters: {known}")
    if twice := sorted(name for name, times in sent.items() if times > 1):
        raise _invalid("a query parameter is sent twice", twice, "Send it once")


def _invalid(message: str, names: Sequence[str], problem: str) -> InvalidFields:
    return InvalidFields(message, [{"field": escape(n), "problem": problem} for n in names])
