"""Writes decisions to the order record, and repeats a write that lost against another writer."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from lambdas.domain.errors import StoreConflict
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from lambdas.domain.task import Task

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock, OrderStore

T = TypeVar("T")

PATIENCE_MS = 6_000
"""No attempt begins later than this: it and its client's timeouts fit into a function's 20 s."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.5

Decide = Callable[[Order, int], Change | None]
"""Returns the change for an order at a time (epoch ms), or None if there is nothing to do."""


class OrderWriter:
    """Reads orders and writes changes with an optimistic lock.

    A conflict is repeated here and not by the state machine, where a retry costs a transition and
    cannot distinguish a conflict from a refusal. `jitter` returns 0.0 to 1.0. `observe` receives
    each record that was read or written.
    """

    def __init__(
        self,
        store: "OrderStore",
        clock: "Clock",
        jitter: Callable[[], float] = random.random,
        observe: Callable[[Order], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._observe = observe

    def get(self, order_id: str) -> Order:
        """The current order. Raises OrderNotFound, StoreUnavailable."""
        return self._observe_order(self._store.get(order_id))

    def change(self, order_id: str, decide: Decide, *, seen: Order | None = None) -> Order:
        """Write the change that `decide` makes, and return the record after it.

        The first decision uses `seen`, a record that the caller has just read. If it is out of
        date, the write is refused and the current record is read. Raises the errors of `decide`,
        InsufficientStock, LedgerMismatch, StoreUnavailable, and StoreConflict after too many
        conflicts.
        """
        readings = iter([] if seen is None else [seen])
        return self.repeat(lambda: self._once(next(readings, None) or self.get(order_id), decide))

    def change_in_epoch(self, task: Task, decide: Decide, *, seen: Order | None = None) -> Order:
        """`change` for the execution of a task. Raises StaleEpoch if it lost the order."""

        def decide_if_owner(order: Order, now: int) -> Change | None:
            order.require_epoch(task.epoch)
            return decide(order, now)

        return self.change(task.order_id, decide_if_owner, seen=seen)

    def repeat(self, attempt: Callable[[], T]) -> T:
        """Repeat `attempt` while it raises StoreConflict, for at most PATIENCE_MS.

        The pauses are decorrelated: each is random, up to three times the last one. (AWS
        Architecture Blog, "Exponential Backoff And Jitter")
        """
        began, pause = self._clock.now(), SHORTEST_PAUSE_SECONDS
        while True:
            try:
                return attempt()
            except StoreConflict:
                pause = self._next_pause(pause)
                if self._clock.now() + pause * 1000 > began + PATIENCE_MS:
                    raise
                self._clock.sleep(pause)

    def _next_pause(self, pause: float) -> float:
        drawn = SHORTEST_PAUSE_SECONDS + self._jitter() * (3 * pause - SHORTEST_PAUSE_SECONDS)
        return min(LONGEST_PAUSE_SECONDS, drawn)

    def _once(self, order: Order, decide: Decide) -> Order:
        change = decide(order, self._clock.now())
        return order if change is None else self._observe_order(self._store.commit(change))

    def _observe_order(self, order: Order) -> Order:
        self._observe(order)
        return order
