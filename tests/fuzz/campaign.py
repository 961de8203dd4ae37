"""A whole campaign on one environment: doors, mischief, made-up requests, journeys, canaries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from local.machine.state import State
from tests.fuzz import doors, mischief
from tests.fuzz.callers import Caller, callers
from tests.fuzz.cases import MODES, Generator
from tests.fuzz.contract import Route, routes
from tests.fuzz.desk import Desk
from tests.fuzz.journeys import OWNERS, Journey
from tests.fuzz.orders import Orders

STEPS = 12
"""Of one journey."""
TURNED_AWAY = ("none", "garbage")
"""Those who must not come in, and yet get some made-up requests; all of them get to the doors."""

Watcher = Callable[[str, int], None]
"""Told (what is being done, requests so far)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much to do: made-up requests per route, caller and mode, and journeys. `only` is a part
    of the labels of the routes to fuzz; of the mischief, every `thinned`-th is done.
    """

    examples: int
    journeys: int
    seed: int
    only: str = ""
    thinned: int = 1


@dataclass(slots=True)
class Campaign:
    """One plan, on one environment."""

    state: State
    plan: Plan
    desk: Desk
    watcher: Watcher = field(default=lambda doing, requests: None)

    def run(self) -> None:
        """All of it; what is found is in the desk's tally."""
        everybody = callers(self.state)
        orders = Orders(self.desk, everybody)
        self._tell("every route as it is meant to be used")
        tour(orders)
        self._doors(everybody, orders)
        self._mischief(everybody, orders)
        self._made_up(everybody, orders)
        self._journeys(everybody)

    def _doors(self, everybody: Mapping[str, Caller], orders: Orders) -> None:
        own, others = orders.place(), orders.place("other_customer")
        for knock in doors.knocks(everybody, own=own, others=others):
            self._tell("knocking at every door")
            doors.knock(self.desk, knock)

    def _mischief(self, everybody: Mapping[str, Caller], orders: Orders) -> None:
        order_id = orders.place()
        for one in islice(mischief.mischiefs(order_id), 0, None, self.plan.thinned):
            if self.plan.only in one.route.label:
                self._tell(f"mischief at {one.route.label}")
                mischief.send(self.desk, _best(one.route, everybody), one)

    def _made_up(self, everybody: Mapping[str, Caller], orders: Orders) -> None:
        generator = Generator(self.desk, seed=self.plan.seed)
        try:
            ids = _fresh(orders)
            for route in self._chosen():
                if route.method != "GET":  # what came before may have ended them
                    ids = _fresh(orders)
                for caller, examples in self._shares(route, everybody):
                    self._tell(f"made-up requests to {route.label} by {caller.name}")
                    for mode in MODES[: 2 if route.has_body or route.has_parameters else 1]:
                        generator.run(route, caller, mode, ids=ids, examples=examples)
        finally:
            generator.close()

    def _chosen(self) -> Sequence[Route]:
        return [route for route in routes() if self.plan.only in route.label]

    def _shares(
        self, route: Route, everybody: Mapping[str, Caller]
    ) -> Iterator[tuple[Caller, int]]:
        """Those who may come in get all examples; the others, who are sent away, some."""
        few = max(1, self.plan.examples // 5)
        for caller in everybody.values():
            if caller.known and (route.public or caller.role in route.roles):
                yield caller, self.plan.examples
            elif caller.known or caller.name in TURNED_AWAY:
                yield caller, few

    def _journeys(self, everybody: Mapping[str, Caller]) -> None:
        for number in range(self.plan.journeys):
            self._tell(f"journey {number + 1} of {self.plan.journeys}")
            Journey(self.desk, everybody, f"{self.plan.seed}-{number}").walk(STEPS)

    def _tell(self, doing: str) -> None:
        self.watcher(doing, self.desk.tally.requests)


def tour(orders: Orders) -> None:
    """Use every route of an order once, well."""
    aborted, order_id = orders.place(), orders.place()
    orders.wait(order_id, "awaiting-approval")
    orders.ask("approver", "POST /orders/{order_id}/heartbeat", order_id)
    item = {"sku": "MUG-RED", "quantity": 1}
    signal_id = orders.signal("customer", "add-line-item", order_id, item)
    orders.ask(
        "customer", "GET /orders/{order_id}/signals/{signal_id}", order_id, signal_id=signal_id
    )
    orders.look(order_id, "customer", "operator")
    orders.approve(order_id)
    orders.wait(order_id, "completed")
    orders.wait(aborted, "awaiting-approval")
    orders.ask("operator", "POST /ops/orders/{order_id}/abort", aborted)


def _best(route: Route, everybody: Mapping[str, Caller]) -> Caller:
    """Somebody who may call the route; of a customer's order, if possible, its owner."""
    names = (*OWNERS, "approver", "operator")
    allowed = (everybody[name] for name in names)
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
