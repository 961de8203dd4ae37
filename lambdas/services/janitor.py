"""Recovers an order whose wake-up, start or execution was lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import OrderError, SignalNotAdmitted
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.changes import CHECK_SOON_MS, Change, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import BY_OPERATOR, STOPPED
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import applies
from lambdas.domain.steps.compensation import begin_compensation
from lambdas.domain.steps.takeover import (
    REPORTED_FROM,
    next_takeover_at,
    require_resumable,
    resume,
)
from lambdas.services.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock, WorkflowEngine

LATE_MS = 300_000
"""How long after its deadline an order that still waits is counted as late."""


class JanitorAction(StrEnum):
    """What the janitor did for an order."""

    STARTED = "started"
    RUNG = "rung"
    RESUMED = "resumed"
    """in a new execution"""
    TAKEN_OVER = "taken-over"
    """by a new execution, which compensates it"""
    POSTPONED = "postponed"
    RUNNING = "running"
    """its execution continues by itself"""
    FAILED = "failed"
    """the check failed and is repeated"""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Janitor:
    """Reconciles one order at a time; `JanitorSweep` selects the orders.

    `recovered` logs an error that a later check repairs. `report_takeovers` reports an order whose
    executions fail one after the other to operations. `count` counts a metric.
    """

    orders: OrderWriter
    engine: "WorkflowEngine"
    clock: "Clock"
    recovered: Callable[[OrderError], None]
    count: Callable[[str], None]
    report_takeovers: Callable[[Order], None]

    def reconcile(self, order_id: str) -> JanitorAction:
        """Do what the order needs: repeat its start or its wake-up, or take it over."""
        order = self.orders.get(order_id)
        if order.ended:
            return JanitorAction.NOTHING
        if self._is_late(order):
            self.count("OrderPastDeadline")
        status = self.engine.status(order)
        if order.start_pending and status in (ExecutionStatus.UNKNOWN, ExecutionStatus.RUNNING):
            return self._start_again(order)
        if status is ExecutionStatus.RUNNING:
            return self._wake(order)
        # Only a person stops an execution. Every other end is a failure, and the order continues.
        return self._take_over(order, STOPPED if status is ExecutionStatus.ABORTED else None)

    def execution_stopped(self, order_id: str, execution: str) -> JanitorAction:
        """The fast path: the engine says that an execution ended badly. An order whose
        compensation is stuck waits for its next check instead: trying at once would not help.
        """
        order = self.orders.get(order_id)
        if order.ended or order.execution != execution or order.stuck:
            return JanitorAction.NOTHING
        return self.reconcile(order_id)

    def compensate(self, order_id: str) -> Order:
        """Take the order over and compensate it, in any state of its execution.

        Raises OrderNotFound, and SignalNotAdmitted if the order has ended.
        """
        seen = self.orders.get(order_id)
        taken = self._hand_over(seen, BY_OPERATOR)
        if taken is not None:
            self._begin(taken, seen)
        order = self.orders.get(order_id)
        if taken is None and order.ended:
            raise SignalNotAdmitted(
                f"the order is {order.stage} already", order_id=order_id, stage=order.stage
            )
        return order

    def resume(self, order_id: str) -> tuple[Order, bool]:
        """Continue an order whose execution has ended or never began, without the pause before a
        repeated takeover. Returns the order and whether an execution was started: false while its
        execution runs, so that a repeated request changes nothing.

        Raises OrderNotFound, EngineUnavailable, and NotResumable for an order that does not
        continue. A cancel that is accepted meanwhile wins: the new execution compensates.
        """
        order = self.orders.get(order_id)
        require_resumable(order)
        status = self.engine.status(order)
        if status is ExecutionStatus.RUNNING:
            return order, False
        require_resumable(order, stopped=status is ExecutionStatus.ABORTED)
        if order.start_pending and status is ExecutionStatus.UNKNOWN:
            self._start_again(order)
            return order, True
        taken = self._hand_over(order, None)
        if taken is None:
            return self.orders.get(order_id), False
        self._begin(taken, order)
        return taken, True

    def check_soon(self, order: Order) -> None:
        """Have a resting order checked by one of the next sweeps, should an event be lost."""
        at = self.clock.now() + CHECK_SOON_MS
        best_effort(partial(self._check_later, order, at, seen=order), self.recovered)

    def _take_over(self, order: Order, reason: str | None) -> JanitorAction:
        """Hand the order over, unless that was done too often lately. A person's decision, the
        `reason`, does not wait.
        """
        if reason is None and self.clock.now() < next_takeover_at(order):
            self._check_later(order, next_takeover_at(order))
            return JanitorAction.POSTPONED
        taken = self._hand_over(order, reason)
        if taken is None:
            return JanitorAction.NOTHING
        if taken.takeovers >= REPORTED_FROM:
            self.count("TakeoverRepeated")
            best_effort(partial(self.report_takeovers, taken), self.recovered)
        self._begin(taken, order)
        compensates = taken.stage is Stage.COMPENSATING
        return JanitorAction.TAKEN_OVER if compensates else JanitorAction.RESUMED

    def _hand_over(self, order: Order, reason: str | None) -> Order | None:
        """Increase the epoch, so that the old execution can no longer write.

        The new execution compensates if there is a `reason` or compensation has begun; otherwise
        it continues the order. None if the order ended or was taken over in the meantime.
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
            # If it still waits, it finds that it lost the order, and ends. Best effort.
            best_effort(partial(self.engine.ring, order.wait_token), self.recovered)

    def _start_again(self, order: Order) -> JanitorAction:
        """Repeat a start that may have been lost; a start that was not is recognised by name."""
        self.engine.start(order)
        self._check_later(order)
        return JanitorAction.STARTED

    def _wake(self, order: Order) -> JanitorAction:
        """Ring again for a signal that was not applied, or for a payment that its provider settled.
        Where no execution waits with the token, a new one continues: the running one pauses, or is
        busy for too long.
        """
        due = bool(order.pending) or order.notified
        rung = due and order.wait_token is not None and self.engine.ring(order.wait_token)
        if not rung and self._waits_too_long(order):
            return self._take_over(order, None)
        self._check_later(order)
        return JanitorAction.RUNG if rung else JanitorAction.RUNNING

    def _is_late(self, order: Order) -> bool:
        """Whether the order waits for its approval although the deadline passed minutes ago: its
        execution did not wake, or cannot end the order.
        """
        waits = order.stage is Stage.AWAITING_APPROVAL and order.approval_deadline is not None
        return waits and self.clock.now() >= (order.approval_deadline or 0) + LATE_MS

    def _waits_too_long(self, order: Order) -> bool:
        since = order.pending[0].at if applies(order) else order.updated_at
        return (applies(order) or order.notified) and since + CHECK_SOON_MS <= self.clock.now()

    def _check_later(
        self, order: Order, at: int | None = None, *, seen: Order | None = None
    ) -> None:
        """Check the order again when its record says so, or `at` an instant."""

        def decide(current: Order, now: int) -> Change | None:
            if current.ended or current.epoch != order.epoch:
                return None
            later = replace(current, signal_check_at=None)
            checked = make_change(current, later, now)
            if at is None:
                return checked
            return replace(checked, after=replace(checked.after, next_check_at=at))

        self.orders.change(order.order_id, decide, seen=seen)


def best_effort(call: Callable[[], object], recovered: Callable[[OrderError], None]) -> None:
    """Make a call and report its failure: a later check repairs it."""
    try:
        call()
    except OrderError as error:
        recovered(error)
