"""Real orders at several stages, so that requests pass the check "no such order"."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from tests.fuzz.api_client import ApiClient
from tests.fuzz.callers import Caller
from tests.fuzz.contract import route, routes

PLACE = "POST /orders"
READ = "GET /orders/{order_id}"
SIGNAL = "POST /orders/{{order_id}}/signals/{}"
ENDS = ("completed", "cancelled", "failed")
WITHIN_SECONDS = 600.0
MISSING_ORDER = "01KDVDNH000000000000000001"


class Orders:
    """Places orders and sends their signals through the API, as their owners do."""

    def __init__(self, api: ApiClient, callers: Mapping[str, Caller]) -> None:
        self._api = api
        self._callers = callers

    def place(self, by: str = "customer", method: str = "pm_ok", **more: Any) -> str:
        """A new order of one mug; returns its id."""
        body = {"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": method, **more}
        placed = self.request(by, PLACE, "", body)
        order_id: str = placed["order_id"]
        return order_id

    def signal(self, by: str, kind: str, order_id: str, body: Mapping[str, Any]) -> str:
        """An accepted signal; returns its id."""
        signal_id: str = self.request(by, SIGNAL.format(kind), order_id, body)["signal_id"]
        return signal_id

    def approve(self, order_id: str) -> str:
        revision = self.status(order_id)["revision"]
        return self.signal("approver", "approve-payment", order_id, {"revision": revision})

    def status(self, order_id: str) -> dict[str, Any]:
        return self.request("operator", READ, order_id)

    def wait(self, order_id: str, *stages: str) -> str:
        """Wait until an order is at one of these stages; returns which."""
        return eventually(lambda: self._reached(order_id, stages), f"{order_id} to be {stages}")

    def look(self, order_id: str, *names: str) -> None:
        """Call every route that reads the order, as each of these callers."""
        for target in routes():
            if target.method == "GET" and "{order_id}" in target.path:
                path = target.address(order_id=order_id, signal_id="s1")
                for name in names:
                    hidden = name == "other_customer"
                    self._api.send(target, self._callers[name], path, hidden=hidden)

    def request(
        self,
        by: str,
        label: str,
        order_id: str,
        body: Mapping[str, Any] | None = None,
        *,
        signal_id: str = "",
    ) -> dict[str, Any]:
        """A request that must succeed; `signal_id` where the path has one."""
        target = route(label)
        headers = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        path = target.address(order_id=order_id, signal_id=signal_id)
        answer = self._api.send(target, self._callers[by], path, body=sent, headers=headers)
        assert answer.status < 300, f"{label} by {by}: {answer.status} {answer.text}"
        content: dict[str, Any] = json.loads(answer.body) if answer.body else {}
        return content

    def _reached(self, order_id: str, stages: tuple[str, ...]) -> str | None:
        stage = str(self.status(order_id)["stage"])
        return stage if stage in stages else None


def eventually(look: Callable[[], str | None], what: str) -> str:
    """Return the first text of `look`. Fails after WITHIN_SECONDS."""
    until = time.monotonic() + WITHIN_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < until, f"waited {WITHIN_SECONDS:.0f} s without success for {what}"
        time.sleep(0.15)
    return found
