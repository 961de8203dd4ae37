"""Races of 64 callers over HTTP on the emulator: no lost or duplicate effect, no overselling."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest

from local.checks.invariants import violations
from local.checks.records import ENDS, ObservedOrder, Snapshot
from local.host.state import State
from local.scenario_runner.backend import Backend
from tests.dynamodb_local.together import CALLERS, together
from tests.system.environments import Environment

pytestmark = pytest.mark.proof

HOT_ORDERS, HOT_UNITS = 200, 50
PATIENCE_SECONDS = 900
BUSY = (429, 503)
"""Throttled: the caller repeats the request with the same key."""
STOCK = "stock: "
"""Prefix of a violation of the inventory."""


class Crowd:
    """Many callers of one deployment."""

    def __init__(self, state: State, http: httpx.Client) -> None:
        self._state, self._http = state, http
        self.backstage = Backend(state)

    def post(self, who: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._state.tokens[who]}",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        while True:
            answer = self._http.post(path, json=body, headers=headers)
            if answer.status_code not in BUSY:
                return answer
            time.sleep(random.uniform(0.1, 0.5))

    def place(self, key: str | None = None, **items: int) -> httpx.Response:
        lines = [{"sku": sku.replace("_", "-"), "quantity": n} for sku, n in items.items()]
        return self.post("customer", "/orders", {"items": lines, "payment_method": "pm_ok"}, key)

    def approve(self, order_id: str) -> httpx.Response:
        return self.post("approver", f"/orders/{order_id}/signals/approve-payment", {"revision": 1})

    def ended(self, *order_ids: str) -> list[dict[str, Any]]:
        """The records of the orders once all of them have ended."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            orders = {o["order_id"]: dict(o) for o in self.backstage.snapshot().orders}
            found = [orders[order_id] for order_id in order_ids]
            running = [order["order_id"] for order in found if order["stage"] not in ENDS]
            if not running:
                return found
            assert time.monotonic() < give_up, f"still running: {running}"
            time.sleep(0.5)

    def problems(self, *order_ids: str) -> list[str]:
        """The violations by the orders, from the tables only."""
        return concerning(self.backstage.snapshot(), *order_ids)


def concerning(books: Snapshot, *order_ids: str) -> list[str]:
    """The violations by these orders and of the stock. Violations of the stock name a SKU, not an
    order.
    """
    found = violations(books, {order_id: ObservedOrder(order_id) for order_id in order_ids})
    mine = (STOCK, *order_ids)
    return [one for one in found if any(name in one for name in mine)]


@pytest.fixture(scope="module", autouse=True)
def full_shelves(deployment: Environment) -> Iterator[None]:
    """Reset the stock: the races sell a SKU out that other tests need."""
    deployment.json("reset")
    yield
    deployment.json("reset")


@pytest.fixture
def crowd(deployment: Environment) -> Iterator[Crowd]:
    state = deployment.state
    limits = httpx.Limits(max_connections=CALLERS)
    with httpx.Client(
        base_url=state.api_url, limits=limits, timeout=PATIENCE_SECONDS, trust_env=False
    ) as http:
        yield Crowd(state, http)


def test_concurrent_signals_to_one_order_have_one_outcome_each(
    crowd: Crowd,
) -> None:
    order_id = crowd.place(MUG_RED=1).json()["order_id"]
    base = f"/orders/{order_id}"
    deeds: list[Callable[[], httpx.Response]] = [
        partial(crowd.approve, order_id),
        partial(
            crowd.post,
            "customer",
            f"{base}/signals/add-line-item",
            {"sku": "TEA-GREEN", "quantity": 1},
        ),
        partial(crowd.post, "approver", f"{base}/heartbeat"),
        partial(crowd.post, "customer", f"{base}/signals/cancel-order", {"reason": "race"}),
    ]

    answers = together(deeds * (CALLERS // len(deeds)))

    assert {answer.status_code for answer in answers} <= {202, 204, 409}
    accepted = [answer.json()["signal_id"] for answer in answers if answer.status_code == 202]
    [order] = crowd.ended(order_id)
    assert sorted(order["outcomes"]) == sorted(accepted)
    assert [signal["signal_id"] for signal in order["inbox"]] == list(order["outcomes"])
    cancelled = any(signal["kind"] == "cancel-order" for signal in order["inbox"])
    assert (order["stage"] == "cancelled") is cancelled
    assert crowd.problems(order_id) == []


def test_the_hot_skus_fifty_units_are_sold_fifty_times(crowd: Crowd) -> None:
    def buy() -> str:
        order_id: str = crowd.place(HOT_SKU=1).json()["order_id"]
        assert crowd.approve(order_id).status_code in (202, 409)
        return order_id

    buyers: list[Callable[[], str]] = [buy] * HOT_ORDERS
    order_ids = [
        order_id
        for first in range(0, HOT_ORDERS, CALLERS)
        for order_id in together(buyers[first : first + CALLERS])
    ]

    orders = crowd.ended(*order_ids)
    assert Counter(order["stage"] for order in orders) == {
        "completed": HOT_UNITS,
        "failed": HOT_ORDERS - HOT_UNITS,
    }
    reasons = {order["last_error"] for order in orders if order["stage"] == "failed"}
    assert reasons == {"InsufficientStock: insufficient stock: HOT-SKU"}
    [shelf] = [one for one in crowd.backstage.snapshot().inventory if one["sku"] == "HOT-SKU"]
    assert [shelf[name] for name in ("available", "held", "sold")] == [0, 0, HOT_UNITS]
    assert crowd.problems(*order_ids) == []


def test_concurrent_requests_with_one_key_place_one_order(crowd: Crowd) -> None:
    key = str(uuid.uuid4())

    answers = together([partial(crowd.place, key, MUG_RED=1)] * CALLERS)

    assert sorted({answer.status_code for answer in answers}) == [200, 201]
    assert sum(answer.status_code == 201 for answer in answers) == 1
    [order_id] = {answer.json()["order_id"] for answer in answers}
    crowd.approve(order_id)
    assert crowd.ended(order_id)[0]["stage"] == "completed"
    assert crowd.problems(order_id) == []


@pytest.mark.parametrize("moved", [-7, 0, 1])
def test_a_changed_number_of_units_is_reported(crowd: Crowd, moved: int) -> None:
    books = crowd.backstage.snapshot()
    first, *others = books.inventory
    changed = {**first, "available": first["available"] + moved}

    found = concerning(replace(books, inventory=[changed, *others]), "unknown-order")

    assert bool(found) is bool(moved)
    assert all(one.startswith(f"{STOCK}{first['sku']}") for one in found)
