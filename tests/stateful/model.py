"""The model of the surface: what every request is answered, and what it leaves behind."""

from collections.abc import Mapping

from tests.stateful.model_effects import turn_back
from tests.stateful.model_steps import Steps
from tests.stateful.predicted import (
    LOOKED_EVERY_MS,
    Body,
    Execution,
    Predicted,
    Shelf,
)

OPEN = ("start", "awaiting-approval")
PAYING = ("payment", "status-update")
STOPPED = "the execution stopped"
BY_HAND = "compensated by an operator"


class Model:
    """Every answer is None (accepted) or the name of the refusal."""

    def __init__(self, units: Mapping[str, int]) -> None:
        self.shelves = {sku: Shelf(available) for sku, available in units.items()}
        self.orders: dict[str, Predicted] = {}
        self.keys: dict[str, tuple[dict[str, int], str]] = {}
        self._steps = Steps(self.shelves)

    def start(
        self, key: str, lines: dict[str, int], order_id: str, version: str, *, engine: bool
    ) -> tuple[str | None, str]:
        """(refusal, id of the order): a key means one order for ever."""
        known, made = self.keys.get(key, (lines, ""))
        if known != lines:
            return "IdempotencyMismatch", ""
        if not made:
            if not lines.keys() <= self.shelves.keys():
                return "InvalidRequest", ""
            made = order_id
            self.keys[key] = (lines, made)
            self.orders[made] = Predicted(made, version, dict(lines))
        if engine and self.orders[made].start_pending:
            self._begin(self.orders[made])
        return None, made

    def signal(
        self, order: Predicted, signal_id: str, body: Body, now: int, *, engine: bool
    ) -> str | None:
        if signal_id in order.inbox:
            if order.inbox[signal_id] != body:
                return "IdempotencyMismatch"
        elif not _admits(order, body, now):
            return "SignalNotAdmitted"
        else:
            order.inbox[signal_id] = body
            if body[0] == "cancel-order" and order.cancel is None:
                order.cancel = str(body[1])
        if signal_id not in order.outcomes and engine:
            self.ring(order)
        return None

    def heartbeat(self, order: Predicted, now: int) -> str | None:
        late = order.deadline is not None and order.deadline <= now
        if order.stage != "awaiting-approval" or order.cancel is not None or late:
            return "SignalNotAdmitted"
        if order.last_heartbeat_at is None or now - order.last_heartbeat_at >= LOOKED_EVERY_MS:
            order.last_heartbeat_at = now
        if order.pending:
            self.ring(order)
        return None

    def work(self, order: Predicted, function: str, epoch: int, now: int) -> None:
        """A function that was asked for runs; one of an older execution changes nothing."""
        if epoch == order.epoch:
            self._steps.run(order, function, now)

    def wake(self, order: Predicted) -> None:
        """The wait of the owner ends (rung, or its time is over), or its pause."""
        execution = order.execution
        assert execution is not None
        waits = execution.waiting is not None or execution.pausing
        assert waits, "woken, but it neither waits nor pauses"
        execution.waiting, execution.pausing = None, False
        self._steps.ask(order, "ApplySignals")

    def ring(self, order: Predicted) -> None:
        execution = order.execution
        if execution is None or not execution.alive or order.token is None:
            return
        if execution.waiting == order.token:
            self.wake(order)

    def stop(self, order: Predicted) -> None:
        """StopExecution: calls in flight may still have their effect; their answers are ignored."""
        execution = order.execution
        if execution is not None:
            execution.alive, execution.waiting = False, None

    def reconcile(self, order: Predicted, now: int) -> str:
        """The janitor's expected action."""
        if order.ended:
            return "nothing"
        if order.start_pending:
            self._begin(order)
            if order.execution is not None and order.execution.alive:
                order.start_pending = False
                return "started"
        if order.execution is None or not order.execution.alive:
            self.take_over(order, STOPPED)
            return "taken-over"
        rings = bool(order.pending) and order.token is not None
        if rings:
            self.ring(order)
        return "rung" if rings else "running"

    def take_over(self, order: Predicted, reason: str) -> None:
        """Compensate in a new execution. Only people stop executions here, so there is no pause."""
        turn_back(order, reason)
        order.epoch += 1
        order.start_pending = True
        self._begin(order)

    def compensate(self, order: Predicted, now: int) -> str | None:
        """Takeover by hand."""
        if order.ended:
            return "SignalNotAdmitted"
        self.take_over(order, BY_HAND)
        return None

    def _begin(self, order: Predicted) -> None:
        if order.epoch not in order.executions:
            order.executions[order.epoch] = Execution()
            self._steps.begin(order)


def _admits(order: Predicted, body: Body, now: int) -> bool:
    if body[0] == "cancel-order":
        return order.stage in OPEN + PAYING
    return order.stage in OPEN and (order.deadline is None or order.deadline > now)
