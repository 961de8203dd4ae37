"""The actions of customers and approvers on one order, and the responses that they got."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import httpx

from local.checks.records import ObservedOrder
from tests.chaos.callers import Callers

OUTCOME_SECONDS = 5
_PLACED = (200, 201)
_ACCEPTED = (200, 202)
_REFUSED = 409
_SKUS = ("COFFEE-1KG", "COFFEE-250G", "TEA-GREEN", "MUG-RED", "MUG-BLUE", "FILTER-100")
_METHODS = ("pm_ok",) * 7 + ("pm_flaky_2", "pm_declined", "pm_slow")
_PLANS = (
    *((("approve",),) * 5),
    *((("add", "approve"),) * 2),
    ("add", "cancel"),
    ("cancel",),
    ("approve", "cancel"),
    (),  # no action: its deadline passes
)


@dataclass(slots=True)
class Acknowledged:
    """Everything that the API acknowledged, and unexpected responses."""

    orders: dict[str, ObservedOrder] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def placed(self, order_id: str) -> ObservedOrder:
        """Record an acknowledged order: from now on it must never be lost."""
        with self.lock:
            return self.orders.setdefault(order_id, ObservedOrder(order_id))

    def unexpected(self, request: str, answer: httpx.Response) -> None:
        """Record a response that no kill explains."""
        with self.lock:
            self.wrong.append(f"{request} answered {answer.status_code}: {answer.text[:200]}")

    @property
    def signals(self) -> int:
        return sum(len(observed.accepted) for observed in self.orders.values())


class NotPlaced(Exception):
    """The order was refused; `Acknowledged.wrong` has the response."""


class OrderUsers:
    """The users of one order."""

    def __init__(self, callers: Callers, acknowledged: Acknowledged, method: str = "pm_ok") -> None:
        self._callers, self._acknowledged = callers, acknowledged
        self._items = [{"sku": "MUG-RED", "quantity": 1}]
        self._method = method
        self._observed: ObservedOrder | None = None

    @property
    def observed(self) -> ObservedOrder:
        assert self._observed is not None, "the order is not placed yet"
        return self._observed

    def act(self, rng: Random, pause_seconds: float) -> None:
        """Place an order and run a random plan on it, with random pauses up to `pause_seconds`.

        Raises NotPlaced, and Unanswered when the API no longer responds.
        """
        chosen = rng.sample(_SKUS, rng.randint(1, 2))
        self._items = [{"sku": sku, "quantity": rng.randint(1, 2)} for sku in chosen]
        self._method, plan = rng.choice(_METHODS), rng.choice(_PLANS)
        self.place()
        for doing in plan:
            self._callers.ended.wait(rng.uniform(0, pause_seconds))
            {"approve": self.approve, "add": self.add, "cancel": self.cancel}[doing]()

    def place(self) -> str:
        """Place the order. Returns its id. Raises NotPlaced, Unanswered."""
        body = {"items": self._items, "payment_method": self._method}
        answer = self._callers.post("customer", "/orders", body)
        if answer.status_code not in _PLACED:
            self._acknowledged.unexpected("POST /orders", answer)
            raise NotPlaced(answer.text)
        self._observed = self._acknowledged.placed(str(answer.json()["order_id"]))
        self._record_text(answer)
        return self.observed.order_id

    def approve(self) -> None:
        """Approve the current revision."""
        revision = self.look()["revision"]
        self._signal("approver", "approve-payment", {"revision": revision})

    def add(self) -> None:
        """Add a line, and wait a few seconds for the outcome, as a user would."""
        body = {"sku": "CHOCOLATE-70", "quantity": 1}
        self._signal("customer", "add-line-item", body, wait=OUTCOME_SECONDS)

    def cancel(self) -> None:
        """Cancel the order."""
        self._signal("customer", "cancel-order", {"reason": "changed my mind"})

    def look(self) -> Mapping[str, Any]:
        """Read the order as the approver."""
        answer = self._callers.get("approver", f"/orders/{self.observed.order_id}")
        if answer.status_code != httpx.codes.OK:
            self._acknowledged.unexpected(f"GET of {self.observed.order_id}", answer)
            return {"revision": 1, "stage": "unknown"}
        self._record_text(answer)
        order: dict[str, Any] = answer.json()
        if order["approval_deadline"] is not None:
            deadline = datetime.fromisoformat(order["approval_deadline"])
            self.observed.deadlines.add(round(deadline.timestamp() * 1000))
        return order

    def _signal(self, who: str, kind: str, body: Mapping[str, Any], *, wait: int = 0) -> None:
        path = f"/orders/{self.observed.order_id}/signals/{kind}"
        answer = self._callers.post(who, path, body, wait=wait)
        self._record_text(answer)
        if answer.status_code in _ACCEPTED:
            self.observed.accepted.append(answer.json()["signal_id"])
        elif answer.status_code != _REFUSED:
            self._acknowledged.unexpected(f"{kind} of {self.observed.order_id}", answer)

    def _record_text(self, answer: httpx.Response) -> None:
        self.observed.responses += (answer.text,)
