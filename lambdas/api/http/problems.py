"""Problem documents: one table of errors and statuses, one format (RFC 9457, `problem+json`).

Extension members: `advice`, and as far as they apply `roles`, `errors` and `stage`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from lambdas.api.http.errors import (
    ApiRefusal,
    BodyTooLarge,
    InvalidFields,
    LinkEnded,
    LinkNotFound,
    LinkUsed,
    MalformedRequest,
    MediaTypeNotSupported,
    MethodNotAllowed,
    NotAuthenticated,
    RouteNotFound,
)
from lambdas.api.http.field_patterns import fault
from lambdas.domain import errors as domain
from lambdas.domain.free_text import escape

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 2
_EXTENSIONS = ("stage", "errors", "roles")
"""Attributes of errors that become members of the document."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The HTTP status and title of an error, and advice for the caller."""

    status: int
    title: str
    advice: str


MEANINGS: Mapping[type[domain.OrderError], Meaning] = {
    MalformedRequest: Meaning(400, "Malformed request", "Correct the request and send it again."),
    NotAuthenticated: Meaning(
        401, "Not authenticated", "Sign in and send `Authorization: Bearer`."
    ),
    domain.NotAllowed: Meaning(403, "Not allowed", "Sign in as a user who may do this."),
    domain.AboveLimit: Meaning(
        403, "Above your limit", "Ask a member of a group that may approve the total."
    ),
    RouteNotFound: Meaning(404, "No such route", "See /docs for the routes that exist."),
    domain.OrderNotFound: Meaning(404, "No such order", "Check the order id."),
    domain.SignalNotFound: Meaning(404, "No such signal", "Check the signal id."),
    domain.ProductNotFound: Meaning(404, "No such product", "Check the SKU."),
    domain.CatalogueNotListed: Meaning(
        404, "No catalogue here", "Look SKUs up at the service that keeps them; order by SKU."
    ),
    LinkNotFound: Meaning(404, "No such link", "Open the link of the newest e-mail."),
    MethodNotAllowed: Meaning(
        405, "Method not allowed", "Use a method that the header `Allow` lists."
    ),
    domain.SignalNotAdmitted: Meaning(
        409,
        "The order refused",
        "Read the order: `allowed_signals` lists what it admits now.",
    ),
    domain.NotResumable: Meaning(
        409,
        "The order does not continue",
        "Read the order. One that makes no progress can be compensated "
        "(`POST /ops/orders/{id}/compensate`).",
    ),
    domain.MailNotDue: Meaning(
        409,
        "No e-mail to send again",
        "Read the order: a completed order has a confirmation, a cancelled or failed one a "
        "cancellation, and `ledger` shows which e-mails were sent.",
    ),
    domain.AddressSuppressed: Meaning(
        409,
        "Address suppressed",
        "Correct the customer's address (`orders admin customer set`), or remove it from the "
        "suppression list of SES, then send the request again.",
    ),
    domain.MailRejected: Meaning(
        409,
        "E-mail refused",
        "Correct the customer's address (`orders admin customer set`) or the sender in SES, then "
        "send the request again.",
    ),
    domain.StockTooLow: Meaning(
        409, "Stock too low", "Remove fewer units, or wait until orders release theirs."
    ),
    domain.ManagedElsewhere: Meaning(
        409, "Managed elsewhere", "Change the record at the service that manages it."
    ),
    LinkUsed: Meaning(409, "Link used before", "Read the order; approve it by its id."),
    LinkEnded: Meaning(410, "Link ended", "Sign in and read the order by its id."),
    BodyTooLarge: Meaning(413, "Body too large", "Send less at once."),
    MediaTypeNotSupported: Meaning(
        415, "Media type not supported", "Send `Content-Type: application/json`."
    ),
    InvalidFields: Meaning(422, "Invalid request", "Correct the fields that `errors` names."),
    domain.WorkflowVersionRemoved: Meaning(
        422, "Workflow version removed", "Send a version that is supported, or none."
    ),
    domain.UnknownSku: Meaning(422, "Unknown SKU", "`GET /catalogue` lists the products."),
    domain.InvalidRequest: Meaning(422, "Invalid request", "Change the request."),
    domain.IdempotencyMismatch: Meaning(
        422, "Idempotency-Key used before", "Send a new key, or the same request as before."
    ),
    domain.InboxFull: Meaning(
        429,
        "Too many signals",
        "The order accepts no more: cancel it, or wait for its end.",
    ),
    domain.CustomerCapReached: Meaning(
        429, "Too many open orders", "Wait until an open order ends, or cancel one."
    ),
    domain.TransientError: Meaning(
        503, "Temporarily unavailable", "Try again, with the same Idempotency-Key if you sent one."
    ),
}
DEFECT = Meaning(500, "Internal error", "Try again later. The log contains the cause.")


def translate(error: Exception) -> Exception:
    """Translate a validation error of the framework. Returns any other error unchanged."""
    return _invalid_fields(error) if isinstance(error, RequestValidationError) else error


def problem(error: Exception, request_id: str) -> Response[str]:
    """The answer to an error. An unexpected error exposes only the request ID."""
    meaning = meaning_of(error)
    if not isinstance(error, domain.OrderError) or meaning is DEFECT:
        message = f"The request failed unexpectedly (request id {request_id})"
        return _response(meaning, "internal-error", message, {}, {})
    extra = {name: value for name in _EXTENSIONS if (value := getattr(error, name, None))}
    headers = dict(getattr(error, "headers", {}))
    if meaning.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return _response(meaning, _slug(type(error)), error.message, extra, headers)


def meaning_of(error: Exception) -> Meaning:
    """The table row of the error's class, or of its nearest base class that has one."""
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
        "detail": f"{sentence}.",
        "advice": meaning.advice,
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
    """MalformedRequest for a missing or malformed header, otherwise InvalidFields."""
    found = error.errors()
    for one in found:
        if one["loc"][0] == "header":
            field = {"field": _header(one), "problem": fault(one)}
            return MalformedRequest(_about_header(one), [field])
    fields = [{"field": escape(_field(one["loc"])), "problem": fault(one)} for one in found]
    names = ", ".join(dict.fromkeys(one["field"] for one in fields))
    return InvalidFields(f"Fields do not match the schema: {names}", fields)


def _about_header(one: Mapping[str, Any]) -> str:
    name = _header(one)
    if one["type"] == "missing":
        return f"The header {name} is missing: send it"
    return f"The header {name} is malformed. {fault(one)}"


def _header(one: Mapping[str, Any]) -> str:
    return str(one["loc"][1]).title()


def _field(loc: Sequence[str | int]) -> str:
    """`items[0].sku` for ("body", "items", 0, "sku"), without the location (body, query, path)."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc[1:])
    return path.lstrip(".") or str(loc[0])
