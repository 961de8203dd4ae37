"""Every route × every caller × {a valid request, a malformed one, another customer's order}."""

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdas.domain.record.signals import SignalKind
from tests.fuzz.api_client import ApiClient
from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route, routes
from tests.fuzz.orders import MISSING_ORDER
from tests.support.builders import fields_of

BODIES: Mapping[str, object] = {
    "POST /orders": {
        "items": [{"sku": "MUG-RED", "quantity": 1}],
        "payment_method": "pm_ok",
    },
    **{f"POST /orders/{{order_id}}/signals/{kind}": fields_of(kind) for kind in SignalKind},
    "POST /orders/{order_id}/signals/approve-payment": {"revision": 999},
    "POST /approvals/{code}": {"revision": 999},
    "POST /ops/orders/{order_id}/settle": {
        "settled": "refund-paid",
        "amount_minor": 100,
        "currency": "EUR",
        "evidence": "bank transfer 4711",
    },
    "PUT /ops/products/{sku}": {"name": "Fuzzed", "unit_price_minor": 100, "currency": "EUR"},
    "POST /ops/products/{sku}/corrections": {"change": 1, "reason": "delivered"},
    "POST /ops/customers": {
        "customer_id": "fuzzed",
        "name": "Fuzzed",
        "tier": "new",
        "email": "fuzzed@example.com",
    },
}
"""A valid body for each route that reads one; a test checks that none is missing."""
ENDING = frozenset(
    {
        "POST /orders/{order_id}/signals/decline-payment",
        "POST /ops/orders/{order_id}/compensate",
        "POST /ops/orders/{order_id}/abort",
    }
)
"""Routes whose success would end the order that the other cases need."""


@dataclass(frozen=True, slots=True)
class AuthorizationCase:
    """One request; `hidden`: the order belongs to another customer."""

    route: Route
    caller: Caller
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    hidden: bool = False


def cases(callers: Mapping[str, Caller], *, own: str, others: str) -> Iterator[AuthorizationCase]:
    """All cases. `own` is an order of `customer`, `others` of `other_customer`."""
    for route in routes():
        for caller in callers.values():
            yield _valid(route, caller, own if _harmless(route, caller) else MISSING_ORDER)
            yield _malformed(route, caller)
            if "{order_id}" in route.path and caller.name == "customer":
                yield _valid(route, caller, others, hidden=True)
            if "{order_id}" in route.path and caller.name == "other_customer":
                yield _valid(route, caller, own, hidden=True)


def send(api: ApiClient, one: AuthorizationCase) -> None:
    """Send the request."""
    api.send(one.route, one.caller, one.path, body=one.body, headers=one.headers, hidden=one.hidden)


def forged_code(order_id: str) -> str:
    """A code of the form of a mailed link, for the order, with a wrong secret."""
    return base64.urlsafe_b64encode(order_id.ljust(26).encode() + bytes(22)).decode()


def _harmless(route: Route, caller: Caller) -> bool:
    """Whether the request may name a real order, because it cannot end it."""
    return not (caller.role in route.roles and route.label in ENDING)


def _valid(
    route: Route, caller: Caller, order_id: str, *, hidden: bool = False
) -> AuthorizationCase:
    path = route.address(
        order_id=order_id,
        signal_id="no-such-signal",
        file="app.js",
        code=forged_code(order_id),
        sku="MUG-RED" if route.method == "GET" else "FUZZED",
    )
    body = json.dumps(BODIES[route.label]).encode() if route.has_body else None
    sent = {"Content-Type": "application/json"} if body else {}
    headers = {**sent, "Idempotency-Key": uuid.uuid4().hex}
    return AuthorizationCase(route, caller, path, body, headers, hidden)


def _malformed(route: Route, caller: Caller) -> AuthorizationCase:
    path = route.address(
        order_id="no-ulid", signal_id="%00", file="no-such-file", code="%00", sku="%00"
    )
    headers = {"Content-Type": "text/plain", "Idempotency-Key": "ü"}
    return AuthorizationCase(route, caller, f"{path}?unknown=1", b"{broken", headers)
