"""The janitor: whatever was lost (a wake-up, a start, a whole execution), the order goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.domain.changes import Change, change
from lambdas.domain.commits import Orders
from lambdas.domain.compensating import begin_compensation
from lambdas.domain.errors import SignalNotAdmitted
from lambdas.domain.order import Order
from lambdas.domain.ports import Clock, OrderIndex, WorkflowEngine

SWEEP_LIMIT = 1_000
SWEEP_MS = 40_000
"""A sweep ends after so many orders or so long; the next minute's sweep goes on with the rest."""

STOPPED = "the execution stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Janitor:
    """Looks after open orders. `report` hears of the orders (by id) that could not be looked
    after yet, and why.
    """

    orders: Orders
    index: OrderIndex
    engine: WorkflowEngine
    clock: Clock
    report: Callable[[str, Exception], None]

    def sweep(self) -> dict[str, int]:
        """Look after every overdue order; returns how often each thing was done."""
        done: dict[str, int] = {}
        began = self.clock.now()
        for order_id in self.index.due(began, SWEEP_LIMIT):
            if self.clock.now() - began > SWEEP_MS:
                break
            deed = self._look_after_safely(order_id)
            done[deed] = done.get(deed, 0) + 1
        return done

    def look_after(self, order_id: str) -> str:
        """Do what one order needs: `started`, `rung`, `taken-over`, `running` or `nothing`."""
        order = self.orders.get(order_id)
        if order.ended:
            return "nothing"
        if order.start_pending:
            return self._start_again(order)
        if not self.engine.is_running(order):
            return self._take_over(order, STOPPED)
        return self._wake(order)

    def execution_stopped(self, order_id: str, execution: str) -> str:
        """The fast path: the engine says that an execution ended badly. An order whose
        compensation is stuck waits for its next check instead: trying at once would not help.
        """
        order = self.orders.get(order_id)
        if order.ended or order.execution != execution or order.stuck:
            return "nothing"
        return self.look_after(order_id)

    def compensate(self, order_id: str) -> Order:
        """Takeover by hand: the order is compensated, whatever its execution is doing.

        Raises OrderNotFound, SignalNotAdmitted when the order has ended.
        """
        deed = self._take_over(self.orders.get(order_id), "compensated by an operator")
        order = self.orders.get(order_id)
        if deed == "nothing" and order.ended:
            raise SignalNotAdmitted(
                f"the order is {order.stage} already", order_id=order_id, stage=order.stage
            )
        return order

    def _take_over(self, order: Order, reason: str) -> str:
        """Raise the epoch, so that the old execution can write no more, and start a new one."""
        seen = order.epoch

        def decide(current: Order, now: int) -> Change | None:
            if current.ended or current.epoch != seen:
                return None
            return begin_compensation(current, now, error=reason, next_epoch=True)

        taken = self.orders.change(order.order_id, decide)
        if taken.epoch == seen or taken.ended:
            return "nothing"
        self.engine.start(taken)
        if order.wait_token is not None:
            # The old execution may still wait: let it wake, find that it lost the order, and end.
            self.engine.ring(order.wait_token)
        return "taken-over"

    def _start_again(self, order: Order) -> str:
        """Repeat a start that may have been lost; a start that was not is recognised by name."""
        self.engine.start(order)
        self._check_later(order)
        return "started"

    def _wake(self, order: Order) -> str:
        token = order.wait_token if order.pending else None
        if token is not None:
            self.engine.ring(token)
        self._check_later(order)
        return "running" if token is None else "rung"

    def _check_later(self, order: Order) -> None:
        def decide(current: Order, now: int) -> Change | None:
            if current.ended or current.epoch != order.epoch:
                return None
            return change(current, current, now)

        self.orders.change(order.order_id, decide)

    def _look_after_safely(self, order_id: str) -> str:
        """One order's trouble, even a record that cannot be read, must not keep the others from
        being looked after.
        """
        try:
            return self.look_after(order_id)
        except Exception as error:  # noqa: BLE001  (reported in full)
            self.report(order_id, error)
            return "failed"
