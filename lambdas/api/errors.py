"""Errors as answers: one table from error to status, one shape (RFC 9457, `problem+json`)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from lambdas.api.models.texts import FORMS
from lambdas.domain import errors as domain
from lambdas.domain.free_text import escape

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 2


class ApiRefusal(domain.RequestRefused):
    """What HTTP itself refuses, before any order is looked at."""

    headers: Mapping[str, str] = {}


class MalformedRequest(ApiRefusal):
    """The body is not a JSON object, or a header is missing or malformed."""


class NotAuthenticated(ApiRefusal):
    """The request carries no access token of this user pool."""

    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="orders"'}


class RouteNotFound(ApiRefusal):
    """No route has this path."""


class MethodNotAllowed(ApiRefusal):
    """The path exists, but not with this method."""

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.headers = {"Allow": ", ".join(sorted(allowed))}


class BodyTooLarge(ApiRefusal):
    """The body is larger than the route reads."""


class MediaTypeNotSupported(ApiRefusal):
    """The body is declared to be something else than JSON."""


class InvalidFields(ApiRefusal):
    """The request is JSON, but not what the route's schema says; `errors` names the fields."""

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class LinkNotFound(ApiRefusal):
    """No mail carried this link."""


class LinkEnded(ApiRefusal):
    """The order stopped waiting for approval long ago: the link shows it no longer."""


class LinkUsed(ApiRefusal):
    """The link has decided already, for somebody else or another revision."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means over HTTP, and what the caller should do about it."""

    status: int
    title: str
    advice: str


MEANINGS: Mapping[type[domain.OrderError], Meaning] = {
    MalformedRequest: Meaning(400, "Malformed request", "Correct the request and send it again."),
    NotAuthenticated: Meaning(
        401, "Not authenticated", "Sign in and send `Authorization: Bearer`."
    ),
    domain.NotAllowed: Meaning(403, "Not allowed", "Sign in with a role that allows it."),
    RouteNotFound: Meaning(404, "No such route", "See /docs for the routes that exist."),
    domain.OrderNotFound: Meaning(404, "No such order", "Check the order id."),
    domain.SignalNotFound: Meaning(404, "No such signal", "Check the signal id."),
    LinkNotFound: Meaning(404, "No such link", "Open the link of the newest mail."),
    MethodNotAllowed: Meaning(405, "Method not allowed", "Use a method that `Allow` names."),
    domain.SignalNotAdmitted: Meaning(
        409, "The order refused", "Read the order: `allowed_signals` says what it admits now."
    ),
    LinkUsed: Meaning(409, "Link used before", "Read the order; approve it by its id."),
    LinkEnded: Meaning(410, "Link ended", "Sign in and read the order by its id."),
    BodyTooLarge: Meaning(413, "Body too large", "Send less at once."),
    MediaTypeNotSupported: Meaning(
        415, "Media type not supported", "Send `Content-Type: application/json`."
    ),
    InvalidFields: Meaning(422, "Invalid request", "Correct the fields that `errors` names."),
    domain.InvalidRequest: Meaning(422, "Invalid request", "Change the request."),
    domain.IdempotencyMismatch: Meaning(
        422, "Idempotency-Key used before", "Send a new key, or the same request as before."
    ),
    domain.InboxFull: Meaning(
        429, "Too many signals", "This order takes no more; cancel it or wait for its end."
    ),
    domain.TransientError: Meaning(
        503, "Temporarily unavailable", "Try again, with the same Idempotency-Key if you sent one."
    ),
}
DEFECT = Meaning(500, "Internal error", "Try again later; operators find the cause in the log.")


def translated(error: Exception) -> Exception:
    """The framework's validation error in the API's words; any other error as it is."""
    return _invalid_fields(error) if isinstance(error, RequestValidationError) else error


def problem(error: Exception, request_id: str) -> Response[str]:
    """The answer to an error. What nobody expected is told by the request's id alone."""
    meaning = meaning_of(error)
    if not isinstance(error, domain.OrderError) or meaning is DEFECT:
        message = f"The request failed unexpectedly (request id {request_id})"
        return _response(meaning, "internal-error", message, {}, {})
    extra = {name: getattr(error, name) for name in ("stage", "errors") if hasattr(error, name)}
    headers = dict(getattr(error, "headers", {}))
    if meaning.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return _response(meaning, _slug(type(error)), error.message, extra, headers)


def meaning_of(error: Exception) -> Meaning:
    """The row of the table for an error's class, or for the nearest base that has one."""
    rows = (MEANINGS[cls] for cls in type(error).__mro__ if cls in MEANINGS)
    return next(rows, DEFECT)


def _response(
    meaning: Meaning,
    slug: str,
    message: str,
    extra: Mapping[str, Any],
    headers: Mapping[str, str],
) -> Response[str]:
    sentence = escape(message[:1].upper() + message[1:].rstrip("."))
    body = {
        "type": f"urn:order-workflow:problem:{slug}",
        "title": meaning.title,
        "status": meaning.status,
        "detail": f"{sentence}. {meaning.advice}",
        **extra,
    }
    return Response(
        status_code=meaning.status,
        content_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **headers},
        body=json.dumps(body),
    )


def _slug(error: type[Exception]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def _invalid_fields(error: RequestValidationError) -> ApiRefusal:
    """A header that is missing or malformed makes the request malformed, as broken JSON does."""
    found = error.errors()
    for one in found:
        if one["loc"][0] == "header":
            return MalformedRequest(_about_header(one))
    fields = [{"field": escape(_field(one["loc"])), "problem": _fault(one)} for one in found]
    names = ", ".join(dict.fromkeys(one["field"] for one in fields))
    return InvalidFields(f"Not as the schema says: {names}", fields)


def _fault(one: Mapping[str, Any]) -> str:
    """What is wrong with a field, in words: a pattern is described, never quoted."""
    pattern = one.get("ctx", {}).get("pattern")
    return f"Must be {FORMS[pattern]}" if pattern in FORMS else str(one["msg"])


def _about_header(one: Mapping[str, Any]) -> str:
    name = str(one["loc"][1]).title()
    if one["type"] == "missing":
        return f"The header {name} is missing: send one"
    return f"The header {name} is malformed. {_fault(one)}"


def _field(loc: Sequence[str | int]) -> str:
    """`items[0].sku` of ("body", "items", 0, "sku"); the place (body, query, path) is dropped."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc[1:])
    return path.lstrip(".") or str(loc[0])
