"""The state machine, as `statemachine/order_workflow.asl.json` defines it."""

from collections.abc import Mapping

from tests.model.calls import Move
from tests.model.world import (
    AWAIT_SIGNAL,
    ENDED,
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
    "compensate": COMPENSATION,
}
"""RouteDecision, on the answer of ApplySignals."""
CAUGHT: Mapping[str, str] = {
    "ReserveStock": COMPENSATION,
    AWAIT_SIGNAL: "ApplySignals",
    "ApplySignals": COMPENSATION,
    "ProcessPayment": COMPENSATION,
    "UpdateOrderStatus": COMPENSATION,
    "RefundPayment": "ReleaseStock",
    "ReleaseStock": "CloseOrder",
    "CloseOrder": ENDED,
}


def enter(state: State, name: str) -> State:
    """The execution enters a state; a task's function begins to run."""
    if state.execution.state == AWAIT_SIGNAL:
        state = leave_wait(state)
    worker = None if name == ENDED else Worker(name, state.order.epoch)
    return state._replace(execution=Execution(name, worker))


def starts(state: State, epoch: int) -> State:
    """StartExecution: by name, so once an epoch. An execution of an older epoch finds nothing
    that it may do; a takeover's begins with the compensation.
    """
    if epoch != state.order.epoch or state.execution.state != NOT_STARTED:
        return state
    return enter(state, FIRST_STATE if epoch == 1 else COMPENSATION)


def follows(before: State, move: Move) -> State:
    """Where the execution goes after its running call's access."""
    state, name = move.state, before.execution.state
    if move.worker is not None:
        return state._replace(execution=Execution(name, move.worker))
    if move.error:
        return enter(state, CAUGHT[name])
    if name == AWAIT_SIGNAL:
        return state._replace(execution=Execution(AWAIT_SIGNAL))
    return enter(state, DECIDED[move.answer] if name == "ApplySignals" else NEXT[name])


def wakes(state: State) -> State:
    """Doorbell, tick or deadline: the wait ends, and which of them it was is never a decision."""
    return enter(state, NEXT[AWAIT_SIGNAL])


def fails(state: State, *, retried: bool) -> State:
    """The running task failed (crash, timeout): its call may go on, the execution does not wait."""
    name = state.execution.state
    return enter(abandon(state), name if retried else CAUGHT[name])


def stops(state: State) -> State:
    """StopExecution: no Catch runs, and a running call is not stopped."""
    return enter(abandon(state), ENDED)
