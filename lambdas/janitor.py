"""The janitor: whatever was lost (a wake-up, a start, a whole execution), the order continues."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lambdas.domain.approving import applies
from lambdas.domain.changes import CHECK_SOON_MS, Change, change
from lambdas.domain.commits import Orders
from lambdas.domain.compensating import begin_compensation
from lambdas.domain.errors import OrderError, SignalNotAdmitted, TransientError
from lambdas.domain.order import Order
from lambdas.domain.ports import (
    Clock,
    ExecutionStatus,
    OrderIndex,
    WorkflowEngine,
)
from lambdas.domain.stages import Stage
from lambdas.domain.takeovers import REPORTED_FROM, next_takeover_at, resume

AT_ONCE = 15
"""Checks that run side by side, at most once a second: each may cost one DescribeExecution, of
which an account may make 15 a second."""
SWEEP_MS = 40_000
SWEEP_LIMIT = AT_ONCE * SWEEP_MS // 1000
"""A sweep ends after so many orders or so long; the next one continues with the rest."""

STOPPED = "the execution stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Janitor:
    """Reconciles open orders. `report` logs the orders (by id) that could not be reconciled yet,
    and why; `survived` logs an error that costs nothing but time; `count` counts a metric;
    `report_takeovers` reports an order whose executions fail one after the other to operations.
    `spread` calls a function for several orders, side by side; `measure` records a metric.
    """

    orders: Orders
    index: OrderIndex
    engine: WorkflowEngine
    clock: Clock
    report: Callable[[str, Exception], None]
    survived: Callable[[OrderError], None]
    count: Callable[[str], None]
    report_takeovers: Callable[[Order], None]
    spread: Callable[[Callable[[str], str], Sequence[str]], Iterable[str]]
    measure: Callable[[str, float], None]

    def sweep(self) -> dict[str, int]:
        """Look after every overdue order; returns how often each thing was done."""
        done: Counter[str] = Counter()
        began = self.clock.now()
        overdue = self.index.due(began, SWEEP_LIMIT)
        age_ms = began - (began if overdue.oldest_at is None else overdue.oldest_at)
        self.measure("OldestOverdueCheckSeconds", age_ms / 1000)
        left = overdue.order_ids
        while left and self.clock.now() - began <= SWEEP_MS:
            second = self.clock.now() + 1_000
            done.update(self.spread(self._look_after_safely, left[:AT_ONCE]))
            left = left[AT_ONCE:]
            if left:
                self.clock.sleep(max(0, second - self.clock.now()) / 1000)
        return dict(done)

    def look_after(self, order_id: str) -> str:
        """Do what one order needs: `started`, `rung`, `resumed`, `taken-over` (to compensate it),
        `postponed`, `running` or `nothing`.
        """
        order = self.orders.get(order_id)
        if order.ended:
            return "nothing"
        if order.start_pending:
            return self._start_again(order)
        status = self.engine.status(order)
        if status is ExecutionStatus.RUNNING:
            return self._wake(order)
        # To stop an execution is a person's decision; whatever else ended it ends no order.
        return self._take_over(order, STOPPED if status is ExecutionStatus.ABORTED else None)

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
        seen = self.orders.get(order_id)
        taken = self._hand_over(seen, "compensated by an operator")
        if taken is not None:
            self._begin(taken, seen)
        order = self.orders.get(order_id)
        if taken is None and order.ended:
            raise SignalNotAdmitted(
                f"the order is {order.stage} already", order_id=order_id, stage=order.stage
            )
        return order

    def check_soon(self, order: Order) -> None:
        """Have a resting order checked by one of the next sweeps, should an event be lost."""
        at = self.clock.now() + CHECK_SOON_MS
        self._survive(partial(self._check_later, order, at, seen=order))

    def _take_over(self, order: Order, reason: str | None) -> str:
        """Hand the order over, unless that was done too often lately. A person's decision, the
        `reason`, does not wait.
        """
        if reason is None and self.clock.now() < next_takeover_at(order):
            self._check_later(order, next_takeover_at(order))
            return "postponed"
        taken = self._hand_over(order, reason)
        if taken is None:
            return "nothing"
        if taken.takeovers >= REPORTED_FROM:
            self.count("TakeoverRepeated")
            self._survive(partial(self.report_takeovers, taken))
        self._begin(taken, order)
        return "taken-over" if taken.stage is Stage.COMPENSATING else "resumed"

    def _hand_over(self, order: Order, reason: str | None) -> Order | None:
        """Raise the epoch, so that the old execution can write no more. The next one compensates
        for a `reason`, or where that was decided before; else it continues the order. None when
        there is nothing to take over any more.
        """
        seen = order.epoch

        def decide(current: Order, now: int) -> Change | None:
            if current.ended or current.epoch != seen:
                return None
            if reason is None and not current.cancelling and current.resume != "compensate":
                return resume(current, now)
            return begin_compensation(current, now, error=reason or "", next_epoch=True)

        taken = self.orders.change(order.order_id, decide)
        return None if taken.epoch == seen or taken.ended else taken

    def _begin(self, taken: Order, order: Order) -> None:
        """Start the new execution, and wake the one that lost `order`."""
        self.engine.start(taken)
        if order.wait_token is not None:
            # It may still wait: let it find that it lost the order, and end. The takeover has been
            # made, whatever comes of this.
            self._survive(partial(self.engine.ring, order.wait_token))

    def _survive(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OrderError as error:
            self.survived(error)

    def _start_again(self, order: Order) -> str:
        """Repeat a start that may have been lost; a start that was not is recognised by name."""
        self.engine.start(order)
        self._check_later(order)
        return "started"

    def _wake(self, order: Order) -> str:
        """Ring again for a signal that was not applied. Where no execution waits with the token,
        a new one applies the signal: the running one pauses, or is busy for too long.
        """
        rung = bool(order.pending) and order.wait_token is not None
        rung = rung and self.engine.ring(order.wait_token or "")
        if not rung and applies(order) and order.pending[0].at + CHECK_SOON_MS <= self.clock.now():
            return self._take_over(order, None)
        self._check_later(order)
        return "rung" if rung else "running"

    def _check_later(
        self, order: Order, at: int | None = None, *, seen: Order | None = None
    ) -> None:
        """Check the order again when its record says so, or `at` an instant."""

        def decide(current: Order, now: int) -> Change | None:
            if current.ended or current.epoch != order.epoch:
                return None
            later = replace(current, signal_check_at=None)
            checked = change(current, later, now)
            if at is None:
                return checked
            return replace(checked, after=replace(checked.after, next_check_at=at))

        self.orders.change(order.order_id, decide, seen=seen)

    def _look_after_safely(self, order_id: str) -> str:
        """One order's trouble, even a record that cannot be read, must not keep the others from
        being looked after.
        """
        try:
            return self.look_after(order_id)
        except Exception as error:  # noqa: BLE001  (reported in full)
            self.report(order_id, error)
            # After an outage the order must not wait for long; an unreadable record may.
            back_off = not isinstance(error, TransientError)
            now = self.clock.now()
            self._survive(partial(self.index.postpone, order_id, now, back_off=back_off))
            return "failed"
