"""Read responses of the API: a JSON object, or a problem in plain words."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx

from cli.client.field_problems import in_plain_words, sentence
from cli.problems import (
    NotFound,
    NotSignedIn,
    NotTheApi,
    Problem,
    Refused,
    Unanswered,
    Unavailable,
    WrongUsage,
    role_missing,
)

RolesByProfile = Mapping[str, Collection[str]]
"""The signed-in profiles of this API, by name, with their roles."""

MAX_BYTES = 16 * 1024 * 1024
"""Limit of a decompressed response body. API Gateway returns at most 10 MB."""

_PROBLEM = "urn:order-workflow:problem:"
"""Prefix of the `type` of every problem of the order API."""
_BY_A_GATEWAY = (401, 403, 413, 414, 429, 431)
"""Status codes that API Gateway returns itself, with the body `{"message": …}`."""


_FIELDS = {
    "/health": "status",
    "/sign-in": "client_id",
    "/stages": "stages",
    "/catalogue": "products",
    "/ops/verdicts": "verdicts",
    "/ops/events": "events",
    "/ops/versions": "open_orders",
    "/ops/customers": "customer_id",
}


class Answer(dict[str, Any]):
    """A JSON object of the API. Reading a field that it lacks raises NotTheApi."""

    def __missing__(self, field: str) -> NoReturn:
        raise NotTheApi(f"the answer lacks the field {field!r}: this is not the order API")


def read(answer: httpx.Response) -> bytes:
    """Read the response body in chunks. Raises NotTheApi above MAX_BYTES."""
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise NotTheApi(f"{_where(answer)} answered more than {MAX_BYTES >> 20} MB")
    return bytes(body)


def expected_field(method: str, path: str) -> str:
    """A field that every successful response of a route has. (docs/openapi.json)"""
    if (method, path) == ("GET", "/orders"):
        return "orders"
    if path.startswith("/ops/products/"):
        return "sku"
    return _FIELDS.get(path) or ("events" if path.endswith("/timeline") else "order_id")


def content(answer: httpx.Response, body: bytes, *, expected: str) -> Answer:
    """Parse the JSON object in a response; it must have the expected field.

    Raises Unanswered for truncated JSON, NotTheApi for anything else.
    """
    found = _json_object(body)
    if found is not None and expected in found:
        return found
    kind = answer.headers.get("content-type", "").partition(";")[0].strip() or "no content type"
    if found is None and kind.endswith("json") and not body.rstrip().endswith((b"}", b"]")):
        raise Unanswered(
            f"{_where(answer)} answered incomplete JSON",
            advice="try again; run `orders doctor` to find the cause",
        )
    what = f"{kind}, not a JSON object" if found is None else f"JSON without {expected!r}"
    raise NotTheApi(f"{_where(answer)} answered {what}")


def entries(page: Answer, field: str, url: str) -> Iterator[Answer]:
    """The objects in a list field of a page. Raises NotTheApi if the field is not a list."""
    found = page[field]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotTheApi(f"{url} answered without a list of {field}")
    yield from found


def problem(answer: httpx.Response, body: bytes, other_profiles: RolesByProfile) -> Problem:
    """Turn an error response into a problem. API Gateway sends no `type` and no `detail`."""
    document, status = _json_object(body), answer.status_code
    if status == 407:
        return WrongUsage(
            "the proxy asks for a user name and password",
            advice="set them in HTTPS_PROXY, as http://user:password@proxy:port",
            status=status,
        )
    if status < 500 and not _is_ours(document, status):
        return NotTheApi(f"{_where(answer)} answered HTTP status {status}", status=status)
    return _refusal(document or Answer(), answer, other_profiles)


def _refusal(document: Answer, answer: httpx.Response, other_profiles: RolesByProfile) -> Problem:
    status, order_id, message = answer.status_code, _order_in(answer.request), _reason(document)
    if document.get("errors"):
        return _invalid_fields(document["errors"], answer)
    if status == 401:
        return NotSignedIn(message, advice=_SIGN_IN, status=status)
    if status == 403:
        return role_missing(message, document.get("roles", ()), other_profiles, status)
    if status == 404:
        return NotFound(message, advice=_advice(document, order_id), status=status)
    if status >= 500:
        advice = "try again; run `orders doctor` to find the cause"
        return Unavailable(message, advice=advice, status=status)
    return Refused(message, advice=_advice(document, order_id), status=status)


def _json_object(body: bytes) -> Answer | None:
    try:
        found = json.loads(body, object_pairs_hook=Answer)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Answer) else None


def _is_ours(document: Answer | None, status: int) -> bool:
    """Whether the order API or API Gateway sent the error, not a proxy or another server."""
    if document is None:
        return False
    of_the_api = str(document.get("type")).startswith(_PROBLEM)
    return of_the_api or (status in _BY_A_GATEWAY and "message" in document)


def _where(answer: httpx.Response) -> str:
    return str(answer.request.url.copy_with(query=None))


def _reason(document: Mapping[str, Any]) -> str:
    message = document.get("detail") or document.get("message") or "the API gives no reason"
    return str(message)


def _bad_key(answer: httpx.Response) -> WrongUsage:
    is_signal = "/signals/" in answer.request.url.path
    of = "letters, digits and . _ ~ : -" if is_signal else "visible ASCII characters, no spaces"
    return WrongUsage(
        f"the key (`--key`) must have 1 to 128 characters: {of}",
        advice="choose another key, or omit `--key`",
        status=answer.status_code,
    )


def _invalid_fields(errors: list[dict[str, str]], answer: httpx.Response) -> Problem:
    """Invalid fields. Every field comes from the command line, so this is a usage error."""
    if [error["field"] for error in errors] == [_KEY]:
        return _bad_key(answer)
    fields = in_plain_words(errors)
    advice = "correct it and try again (`--help`)"
    return WrongUsage(sentence(fields), advice=advice, status=answer.status_code, fields=fields)


def _order_in(request: httpx.Request) -> str:
    """The order id in the path of a request; empty if the path has none."""
    found = re.search("/orders/([^/]+)", request.url.raw_path.decode().partition("?")[0])
    return unquote(found[1]) if found else ""


def _advice(document: Answer, order_id: str) -> str:
    """The command that helps; the advice of the API if there is none."""
    kind = str(document.get("type", "")).removeprefix(_PROBLEM)
    if kind in _COMMANDS:
        return _COMMANDS[kind].format(order_id=order_id)
    advice = str(document.get("advice") or "wait a moment and try again")
    return advice[:1].lower() + advice[1:].rstrip(".")


_COMMANDS = {
    "route-not-found": "`orders list` shows the orders that you can read",
    "order-not-found": "`orders list` shows the orders that you can read",
    "catalogue-not-listed": "the service that keeps the products has the SKUs; "
    "`orders place -i SKU` takes them",
    "unknown-sku": "`orders catalogue` lists the products",
    "product-not-found": "check the SKU; `orders admin catalogue set` creates a product",
    "signal-not-found": "`orders signals {order_id}` lists its signals",
    "signal-not-admitted": "`orders describe {order_id}` shows its stage and the signals that it "
    "accepts now",
    "not-resumable": "`orders describe {order_id}` shows its stage; `orders compensate {order_id}` "
    "ends an order that makes no progress",
    "inbox-full": "wait until the order ends (`orders wait {order_id}`), or cancel it",
}
"""The command that helps with a problem, by the last part of its type."""
_KEY = "Idempotency-Key"
_SIGN_IN = "your token is missing or has expired: sign in with `orders login`"
