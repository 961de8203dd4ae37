"""Malformed requests that a generator does not produce: each kind for every route that it fits."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.fuzz.api_client import ApiClient
from tests.fuzz.authorization import BODIES, forged_code
from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route, routes

KEY = {"Idempotency-Key": "malformed"}
JSON = {"Content-Type": "application/json"}
ANYTHING = frozenset(range(200, 500))
REFUSED = frozenset(range(400, 500))
UNREAD = frozenset({400, 413, 415, 422})
REPLACED = frozenset({"not UTF-8"})
"""Bodies that a gateway may repair with replacement characters before the API reads them."""


@dataclass(frozen=True, slots=True)
class MalformedRequest:
    """A malformed request; `statuses` are the admissible ones, as far as they are documented."""

    name: str
    route: Route
    path: str
    statuses: frozenset[int]
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def all_requests(order_id: str) -> Iterator[MalformedRequest]:
    """All malformed requests about one order."""
    for route in routes():
        path = route.address(
            order_id=order_id,
            signal_id="s1",
            file="console.js",
            code=forged_code(order_id),
            sku="FUZZED",
        )
        yield from _queries(route, path)
        yield from _headers(route, path)
        if "{" in route.path:
            yield from _ids(route, order_id)
        if route.has_body:
            yield from _bodies(route, path)
            yield from _media_types(route, path)


def send(api: ApiClient, caller: Caller, one: MalformedRequest) -> None:
    """Send a request, and record a status that it does not admit."""
    headers = dict(one.headers)
    answer = api.send(one.route, caller, one.path, body=one.body, headers=headers)
    if caller.role in one.route.roles and answer.status not in one.statuses:
        finding = f"{one.route.label} by {caller.name}: {one.name} was answered {answer.status}"
        api.tally.findings.setdefault(finding, one.path)
        api.tally.repeated[finding] += 1


def _bodies(route: Route, path: str) -> Iterator[MalformedRequest]:
    valid_body = BODIES[route.label]
    for name, body in bad_bodies(json.dumps(valid_body)).items():
        headers = tuple({**JSON, **KEY}.items())
        statuses = ANYTHING if name in REPLACED else UNREAD
        yield MalformedRequest(name, route, path, statuses, body, headers)


def bad_bodies(valid_body: str) -> Mapping[str, bytes]:
    """Invalid bodies by name, derived from a valid one (a JSON object)."""
    first = next(iter(json.loads(valid_body)))
    value = json.dumps(json.loads(valid_body)[first])
    member = f'"{first}": {value}'
    huge = " " * (16 * 1024)
    return {
        "no body": b"",
        "half an object": valid_body[:-1].encode(),
        "two objects": (valid_body * 2).encode(),
        "a list": f"[{valid_body}]".encode(),
        "a text": b'"text"',
        "null": b"null",
        "an empty object": b"{}",
        "deep brackets": b"[" * 15_000,
        "deep objects": b'{"a":' * 3_000,
        "17 KB": (valid_body + huge).encode(),
        "200 KB": (valid_body + huge * 12).encode(),
        "an unknown field": (valid_body[:-1] + ', "customer": "bob"}').encode(),
        "the actor in the body": (valid_body[:-1] + ', "approved_by": "alice"}').encode(),
        "a field twice": (valid_body[:-1] + f", {member}}}").encode(),
        "a float": _retyped(valid_body, number=": 1.5", text=": 1.5"),
        "a number as text": _retyped(valid_body, number=r': "\1"', text=": 5"),
        "NaN": valid_body.replace(value, "NaN").encode(),
        "infinity": valid_body.replace(value, "1e999").encode(),
        "a huge number": valid_body.replace(value, "9" * 1_500).encode(),
        "a lone surrogate": valid_body.replace(value, '"\\ud800"').encode(),
        "a control character": valid_body.replace(value, '"a\\u0000b"').encode(),
        "not UTF-8": b'{"reason": "\xff\xfe"}',
        "UTF-16": valid_body.encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf" + valid_body.encode(),
        "a script": valid_body.replace(value, '"<script>\\n</script>"').encode(),
    }


def _retyped(valid_body: str, *, number: str, text: str) -> bytes:
    """The body with other numbers, or with another first text if it has no number."""
    numbers = re.sub(r": (\d+)", number, valid_body)
    return (
        numbers if numbers != valid_body else re.sub(r': "[^"]*"', text, valid_body, count=1)
    ).encode()


def _media_types(route: Route, path: str) -> Iterator[MalformedRequest]:
    body = json.dumps(BODIES[route.label]).encode()
    for media_type in ("text/plain", "application/xml", "multipart/form-data", "application/*"):
        headers = tuple({**KEY, "Content-Type": media_type}.items())
        yield MalformedRequest(f"a body as {media_type}", route, path, UNREAD, body, headers)


def _valid(route: Route, **headers: str) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
    """A valid body of the route, if it reads one, and valid headers; or with these headers."""
    body = json.dumps(BODIES[route.label]).encode() if route.has_body else None
    sent = {**(JSON if body else {}), "Idempotency-Key": uuid.uuid4().hex, **headers}
    return body, tuple(sent.items())


def _headers(route: Route, path: str) -> Iterator[MalformedRequest]:
    for name, value in (
        ("Idempotency-Key", ""),
        ("Idempotency-Key", "x" * 129),
        ("Idempotency-Key", "a b\tc"),
        ("Idempotency-Key", "schlüssel"),
        ("Prefer", "wait=99999999999"),
        ("Prefer", "wait=-1; wait=x, respond-async"),
        ("Prefer", "x" * 201),
        ("If-None-Match", "*"),
        ("If-None-Match", 'W/"x", "' + "y" * 1_000),
        ("If-None-Match", "z" * 2_001),
        ("Accept", "application/xml"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("Content-Encoding", "gzip"),
    ):
        body, headers = _valid(route, **{name: value})
        yield MalformedRequest(f"{name}: {value[:20]}", route, path, ANYTHING, body, headers)


def _queries(route: Route, path: str) -> Iterator[MalformedRequest]:
    wanted = ANYTHING if route.public else REFUSED
    for query in (
        "unknown=1",
        "limit=0",
        "limit=101",
        "limit=1.5",
        "limit=%00",
        f"limit={'9' * 400}",
        "stage=nowhere",
        "stage=",
        "cursor=%F0%9F%92%A9",
        "cursor=../../etc/passwd",
        f"cursor={'A' * 64}",
        f"cursor={'A' * 65}",
        "customer_id=a%23b",
        "customer_id=%0d%0aSet-Cookie:x",
        "__proto__=1&constructor=2",
    ):
        body, headers = _valid(route)
        yield MalformedRequest(f"?{query[:30]}", route, f"{path}?{query}", wanted, body, headers)


def _ids(route: Route, order_id: str) -> Iterator[MalformedRequest]:
    body, headers = _valid(route)
    for text in (
        "%00", "%C2%B7", "a%20b", "a%2Fb", "..%2f..%2fhealth", "%25", "%u0041", "null", "0",
        f"{order_id}x", f"{order_id}%2E", "x" * 3_000,
        "ORDER%23x", "%7B%7D", "%F0%9F%92%A9", "%E2%80%AE", "'%20or%20'1'='1",
    ):  # fmt: skip
        if text == "0" and "{sku}" in route.path:
            continue  # a valid SKU
        path = route.address(order_id=text, signal_id=text, file=text, code=text, sku=text)
        yield MalformedRequest(f"id {text[:20]}", route, path, REFUSED, body, headers)
        if "{signal_id}" in route.path:
            path = route.address(order_id=order_id, signal_id=text)
            yield MalformedRequest(f"signal id {text[:20]}", route, path, REFUSED, body, headers)
