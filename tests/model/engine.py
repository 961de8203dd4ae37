"""The state machine, as `statemachine/order_workflow.asl.json` defines it."""

from collections.abc import Mapping

from tests.model.calls import Move
from tests.model.record import COMPENSATING, RESERVE
from tests.model.rules import Rules
from tests.model.world import (
    ABORTED,
    AWAIT_SIGNAL,
    ENDED,
    FOR_AN_OUTAGE,
    NOT_STARTED,
    Execution,
    State,
    Worker,
    abandon,
    leave_wait,
)

FIRST_STATE, COMPENSATION = "ReserveStock", "RefundPayment"
NEXT: Mapping[str, str] = {
    "ReserveStock": AWAIT_SIGNAL,
    AWAIT_SIGNAL: "ApplySignals",
    "ProcessPayment": "UpdateOrderStatus",
    "UpdateOrderStatus": ENDED,
    "RefundPayment": "ReleaseStock",
    "ReleaseStock": "CloseOrder",
    "CloseOrder": ENDED,
}
DECIDED: Mapping[str, str] = {
    "wait": AWAIT_SIGNAL,
    "pay": "ProcessPayment",
    "complete": "UpdateOrderStatus",
    "confirm": ENDED,
    "start": FIRST_STATE,
    "compensate": COMPENSATION,
}
"""RouteDecision, on the answer of ApplySignals."""
DECIDES = "ApplySignals"
"""The next state after a failure that is no refusal."""
REFUSABLE = frozenset({"ReserveStock", "ProcessPayment", "UpdateOrderStatus"})
REFUSALS = frozenset({"InsufficientStock", "PaymentDeclined", "PaymentClosed", "OrderCancelled"})
"""The business errors of the model, and the steps of which they turn the order back."""
FORWARD = frozenset({*REFUSABLE, AWAIT_SIGNAL, DECIDES})


def caught(name: str, error: str) -> str:
    """Where an error that a state catches leads to."""
    if name in NEXT and name not in FORWARD:
        return NEXT[name]
    if error in REFUSALS and name in REFUSABLE:
        return COMPENSATION
    return ENDED if error == "StaleEpoch" and name != AWAIT_SIGNAL else DECIDES


def enter(state: State, name: str, note: int = -1) -> State:
    """The execution enters a state; a task's function begins to run."""
    if state.execution.state == AWAIT_SIGNAL:
        state = leave_wait(state)
    ended = name in (ENDED, ABORTED)
    worker = None if ended else Worker(name, state.order.epoch, note=note)
    return state._replace(execution=Execution(name, worker))


def starts(state: State, epoch: int) -> State:
    """StartExecution: by name, so once an epoch. An execution of an older epoch finds nothing
    that it may do; the first one begins at the start, as every other one before the wait; a later
    one compensates, or continues where the record stands.
    """
    order = state.order
    if epoch != order.epoch or state.execution.state != NOT_STARTED:
        return state
    if order.stage == COMPENSATING:
        return enter(state, COMPENSATION)
    return enter(state, FIRST_STATE if order.stage == RESERVE else DECIDES)


def follows(before: State, move: Move) -> State:
    """Where the execution goes after its running call's access."""
    state, name = move.state, before.execution.state
    if move.worker is not None:
        return state._replace(execution=Execution(name, move.worker))
    if move.error:
        return enter(state, caught(name, move.error))
    if name == AWAIT_SIGNAL:
        return state._replace(execution=Execution(AWAIT_SIGNAL))
    return enter(state, DECIDED[move.answer] if name == "ApplySignals" else NEXT[name])


def wakes(state: State) -> State:
    """Doorbell, tick or deadline: the wait ends, and which of them it was is never a decision."""
    return enter(state, NEXT[AWAIT_SIGNAL])


def fails(state: State, rules: Rules, *, retried: bool) -> State:
    """The running task failed (crash, timeout): its call may continue, without the execution."""
    name, failed = state.execution.state, abandon(state)
    if retried:
        return enter(failed, name)
    if name in FORWARD and not rules.outages_outlasted:
        return enter(failed, COMPENSATION, note=FOR_AN_OUTAGE)
    return enter(failed, caught(name, "all attempts failed"))


def ends(state: State, how: str) -> State:
    """The execution is stopped by a person (ABORTED), or is lost (ENDED): no Catch runs, and a
    running call is not stopped.
    """
    return enter(abandon(state), how)
