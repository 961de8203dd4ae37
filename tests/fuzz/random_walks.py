"""Random walks: place an order, then send random requests about it by random callers. Each walk has
its own seed; later steps use the ids and revisions of earlier answers.
"""

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from tests.fuzz.api_client import ApiClient
from tests.fuzz.authorization import BODIES
from tests.fuzz.callers import ROLE_OF, Caller
from tests.fuzz.contract import Route, route, routes
from tests.fuzz.expected_answers import Answer

METHODS = ("pm_ok", "pm_declined", "pm_flaky_2", "pm_refund_fails_2", "pm_unknown_name")
SKUS = ("MUG-RED", "COFFEE-1KG", "SOLD-OUT", "NO-SUCH-SKU", "HOT-SKU")
OWNERS = ("customer", "other_customer")


class RandomWalk:
    """One walk. Every choice comes from its seed."""

    def __init__(self, api: ApiClient, callers: Mapping[str, Caller], seed: str) -> None:
        self._api = api
        self._callers = callers
        self._chance = random.Random(seed)
        self._owner = self._chance.choice(OWNERS)
        self._order: dict[str, Any] = {}
        self._keys = [f"{seed} {number}".replace(" ", "-") for number in range(4)]
        self._signals = ["never-sent"]

    def walk(self, steps: int) -> None:
        """Place an order, then take `steps` steps."""
        for _ in range(5):  # some of the orders are refused
            self._placed(self._send(route("POST /orders"), self._owner))
            if self._order:
                break
        later = [one for one in routes() if "{order_id}" in one.path or one.path == "/orders"]
        for _ in range(steps):
            who = self._chance.choice((self._owner, self._owner, *ROLE_OF))
            self._learn(self._send(self._chance.choice(later), who))

    def _send(self, one: Route, who: str) -> Answer:
        order_id = self._order.get("order_id", "01KDVDNH000000000000000001")
        signal_id = self._chance.choice((self._signals[0], *self._signals[-2:]))
        path = one.address(order_id=order_id, signal_id=signal_id)
        body = json.dumps(_body(one, self)).encode() if one.has_body else None
        mine = self._order.get("customer_id") == _NAMES.get(self._owner)
        hidden = who in OWNERS and who != self._owner and "{" in one.path and mine
        return self._api.send(
            one,
            self._callers[who],
            path,
            body=body,
            headers=self._headers(body),
            hidden=hidden,
            invalid=_REFUSED_TEXT in json.loads(body or b"{}").values(),
        )

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"Idempotency-Key": self._chance.choice(self._keys)}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._chance.random() < 0.1:
            headers["Prefer"] = "wait=1"
        if self._chance.random() < 0.2:
            headers["If-None-Match"] = self._chance.choice(("*", '"x"'))
        return headers

    def _placed(self, answer: Answer) -> None:
        if answer.status in (200, 201):
            self._order = json.loads(answer.body)

    def _learn(self, answer: Answer) -> None:
        body = json.loads(answer.body) if answer.body else {}
        if answer.status in (200, 202) and "signal_id" in body:
            self._signals.append(body["signal_id"])
        if "revision" in body and "customer_id" in body:
            self._order = {**self._order, "revision": body["revision"]}

    def new_order(self) -> dict[str, Any]:
        items = [self.new_item() for _ in range(self._chance.randint(1, 3))]
        return {"items": items, "payment_method": self._chance.choice(METHODS)}

    def new_item(self) -> dict[str, Any]:
        return {"sku": self._chance.choice(SKUS), "quantity": self._chance.choice((1, 1, 2, 999))}

    def approval(self) -> dict[str, Any]:
        return {"revision": self._order.get("revision", 1) + self._chance.choice((0, 0, 0, 1))}

    def settlement(self) -> dict[str, Any]:
        paid = {"amount_minor": self._chance.choice((1, 100)), "currency": "EUR"}
        return {"settled": "refund-paid", "evidence": "bank transfer", **paid}

    def end(self) -> dict[str, Any]:
        return {"reason": self._chance.choice(("no more", "zu spät 😀", _REFUSED_TEXT))}


# It reverses the text after it: the schema of every text refuses it.
_REFUSED_TEXT = "\u202etxt"
_NAMES = {"customer": "alice", "other_customer": "bob"}
_SIGNALS = "/orders/{order_id}/signals/"
_BODIES: Mapping[str, Callable[[RandomWalk], dict[str, Any]]] = {
    "/orders": RandomWalk.new_order,
    f"{_SIGNALS}approve-payment": RandomWalk.approval,
    f"{_SIGNALS}decline-payment": RandomWalk.end,
    f"{_SIGNALS}cancel-order": RandomWalk.end,
    f"{_SIGNALS}add-line-item": RandomWalk.new_item,
    "/ops/orders/{order_id}/settle": RandomWalk.settlement,
}


def _body(one: Route, walk: RandomWalk) -> object:
    """A random body, or the valid one of the route."""
    return _BODIES[one.path](walk) if one.path in _BODIES else BODIES[one.label]
