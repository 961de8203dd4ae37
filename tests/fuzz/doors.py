"""Every route × every caller × {a sound request, a broken one, another customer's order}."""

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route, routes
from tests.fuzz.desk import Desk
from tests.fuzz.orders import NOBODYS_ORDER

BODIES: Mapping[str, object] = {
    "POST /orders": {
        "items": [{"sku": "MUG-RED", "quantity": 1}],
        "payment_method": "pm_ok",
    },
    "POST /orders/{order_id}/signals/approve-payment": {"revision": 999},
    "POST /approvals/{code}": {"revision": 999},
    "POST /orders/{order_id}/signals/cancel-order": {"reason": "at the door"},
    "POST /orders/{order_id}/signals/add-line-item": {"sku": "MUG-RED", "quantity": 1},
}
"""A sound body for each route that reads one; a test sees that none is missing."""
GENTLE = frozenset({"POST /ops/orders/{order_id}/compensate", "POST /ops/orders/{order_id}/abort"})
"""Routes whose success would end the order that the other knocks need."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One request at one door; `hidden` when the order is not the caller's to know."""

    route: Route
    caller: Caller
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    hidden: bool = False


def knocks(callers: Mapping[str, Caller], *, own: str, others: str) -> Iterator[Knock]:
    """All of them. `own` is an order of `customer`, `others` of `other_customer`."""
    for route in routes():
        for caller in callers.values():
            yield _sound(route, caller, own if _harmless(route, caller) else NOBODYS_ORDER)
            yield _broken(route, caller)
            if "{order_id}" in route.path and caller.name == "customer":
                yield _sound(route, caller, others, hidden=True)
            if "{order_id}" in route.path and caller.name == "other_customer":
                yield _sound(route, caller, own, hidden=True)


def knock(desk: Desk, one: Knock) -> None:
    """Make the request."""
    desk.send(
        one.route, one.caller, one.path, body=one.body, headers=one.headers, hidden=one.hidden
    )


def forged_code(order_id: str) -> str:
    """Of the form of a mailed link's code, naming the order; its secret is wrong."""
    return base64.urlsafe_b64encode(order_id.ljust(26).encode() + bytes(22)).decode()


def _harmless(route: Route, caller: Caller) -> bool:
    """Whether the request may name a real order: also where it must be refused, it does."""
    return not (caller.role in route.roles and route.label in GENTLE)


def _sound(route: Route, caller: Caller, order_id: str, *, hidden: bool = False) -> Knock:
    path = route.address(
        order_id=order_id, signal_id="no-such-signal", file="app.js", code=forged_code(order_id)
    )
    body = json.dumps(BODIES[route.label]).encode() if route.has_body else None
    sent = {"Content-Type": "application/json"} if body else {}
    headers = {**sent, "Idempotency-Key": uuid.uuid4().hex}
    return Knock(route, caller, path, body, headers, hidden)


def _broken(route: Route, caller: Caller) -> Knock:
    path = route.address(order_id="no-ulid", signal_id="%00", file="no-such-file", code="%00")
    headers = {"Content-Type": "text/plain", "Idempotency-Key": "ü"}
    return Knock(route, caller, f"{path}?unknown=1", b"{broken", headers)
