"""A campaign on one environment: authorization cases, malformed and generated requests, walks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from local.host.state import State
from tests.fuzz import authorization, malformed_requests
from tests.fuzz.api_client import ApiClient
from tests.fuzz.callers import Caller, callers
from tests.fuzz.cases import MODES, Generator
from tests.fuzz.contract import Route, routes
from tests.fuzz.orders import Orders
from tests.fuzz.random_walks import OWNERS, RandomWalk

STEPS = 12
"""Of one random walk."""
REFUSED_SAMPLE = ("none", "garbage")
"""Unauthenticated callers that send some generated requests; all of them send every
authorization case.
"""

Watcher = Callable[[str, int], None]
"""Called with (current activity, number of requests so far)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Size of a campaign: `examples` generated requests per route, caller and mode; `walks` random
    walks; every `thinned`-th malformed request. `only` is a part of the labels of the routes.
    """

    examples: int
    walks: int
    seed: int
    only: str = ""
    thinned: int = 1


@dataclass(slots=True)
class Campaign:
    """One plan, on one environment."""

    state: State
    plan: Plan
    api: ApiClient
    watcher: Watcher = field(default=lambda doing, requests: None)

    def run(self) -> None:
        """Run everything; the findings are in the client's tally."""
        every_caller = callers(self.state)
        orders = Orders(self.api, every_caller)
        self._report("valid requests to every route")
        tour(orders)
        self._authorization(every_caller, orders)
        self._malformed(every_caller, orders)
        self._generated(every_caller, orders)
        self._random_walks(every_caller)

    def _authorization(self, every_caller: Mapping[str, Caller], orders: Orders) -> None:
        own, others = orders.place(), orders.place("other_customer")
        for case in authorization.cases(every_caller, own=own, others=others):
            self._report("authorization of every route")
            authorization.send(self.api, case)

    def _malformed(self, every_caller: Mapping[str, Caller], orders: Orders) -> None:
        order_id = orders.place()
        for one in islice(malformed_requests.all_requests(order_id), 0, None, self.plan.thinned):
            if self.plan.only in one.route.label:
                self._report(f"malformed requests to {one.route.label}")
                malformed_requests.send(self.api, _best(one.route, every_caller), one)

    def _generated(self, every_caller: Mapping[str, Caller], orders: Orders) -> None:
        generator = Generator(self.api, seed=self.plan.seed)
        try:
            ids = _fresh(orders)
            for route in self._chosen():
                if route.method != "GET":  # earlier requests may have ended them
                    ids = _fresh(orders)
                for caller, examples in self._shares(route, every_caller):
                    self._report(f"generated requests to {route.label} by {caller.name}")
                    for mode in MODES[: 2 if route.can_be_invalid else 1]:
                        generator.run(route, caller, mode, ids=ids, examples=examples)
        finally:
            generator.close()

    def _chosen(self) -> Sequence[Route]:
        return [route for route in routes() if self.plan.only in route.label]

    def _shares(
        self, route: Route, every_caller: Mapping[str, Caller]
    ) -> Iterator[tuple[Caller, int]]:
        """Callers and their numbers of examples: authorized ones send all, others a fifth."""
        few = max(1, self.plan.examples // 5)
        for caller in every_caller.values():
            if caller.known and (route.public or caller.role in route.roles):
                yield caller, self.plan.examples
            elif caller.known or caller.name in REFUSED_SAMPLE:
                yield caller, few

    def _random_walks(self, every_caller: Mapping[str, Caller]) -> None:
        for number in range(self.plan.walks):
            self._report(f"walk {number + 1} of {self.plan.walks}")
            RandomWalk(self.api, every_caller, f"{self.plan.seed}-{number}").walk(STEPS)

    def _report(self, doing: str) -> None:
        self.watcher(doing, self.api.tally.requests)


def tour(orders: Orders) -> None:
    """Send one valid request to every route of an order."""
    aborted, order_id = orders.place(), orders.place()
    orders.wait(order_id, "awaiting-approval")
    orders.request("approver", "POST /orders/{order_id}/heartbeat", order_id)
    item = {"sku": "MUG-RED", "quantity": 1}
    signal_id = orders.signal("customer", "add-line-item", order_id, item)
    orders.request(
        "customer", "GET /orders/{order_id}/signals/{signal_id}", order_id, signal_id=signal_id
    )
    orders.look(order_id, "customer", "operator")
    orders.approve(order_id)
    orders.wait(order_id, "completed")
    orders.wait(aborted, "awaiting-approval")
    orders.request("operator", "POST /ops/orders/{order_id}/resume", aborted)
    orders.request("operator", "POST /ops/orders/{order_id}/abort", aborted)
    cancelled = orders.place()
    orders.signal("customer", "cancel-order", cancelled, {"reason": "a tour"})
    orders.wait(cancelled, "cancelled")
    orders.request("operator", "POST /ops/orders/{order_id}/resend", cancelled)


def _best(route: Route, every_caller: Mapping[str, Caller]) -> Caller:
    """A caller that may call the route; for a customer's order its owner, if possible."""
    names = (*OWNERS, "approver", "operator")
    allowed = (every_caller[name] for name in names)
    return next(one for one in allowed if route.public or one.role in route.roles)


def _fresh(orders: Orders) -> dict[str, list[str]]:
    """Orders that wait for approval, of both customers, and one that has ended by a signal."""
    ended = orders.place()
    reason = {"reason": "an order that has ended"}
    signal_id = orders.signal("customer", "cancel-order", ended, reason)
    waiting = [orders.place(), orders.place("other_customer")]
    for order_id in waiting:
        orders.wait(order_id, "awaiting-approval")
    orders.wait(ended, "cancelled")
    return {"order_id": [*waiting, ended, ended], "signal_id": [signal_id]}
