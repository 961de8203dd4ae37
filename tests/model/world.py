"""Everything that has a state: the order, its execution, running calls, stock, money, clock."""

from collections.abc import Iterable
from typing import NamedTuple

from tests.model.record import AWAITING, Change, Order, Signal

NOT_STARTED, ENDED, AWAIT_SIGNAL = "not started", "ended", "AwaitSignal"
ABORTED = "aborted"
"""A person stopped the execution; one that is `ended` failed, timed out or was lost."""
READS, WRITES = "reads the order", "writes"
RECALLS, RECORDS = "reads the order again", "records"
LOOKS_UP, CAPTURES = "looks the payment up", "captures"
VOIDS, REFUNDS = "voids the payment", "refunds"
STARTS, MOVES = "starts the execution", "moves the stock"
CONFLICTED = {WRITES: READS, RECORDS: RECALLS}
"""The phase in which a call continues if the record changed between its read and its write."""

JANITOR, API = "the janitor", "the API"
TAKEN, BY_PERSON = 0, 1
"""The janitor's notes that it starts an execution because it took the order over, and that it
takes it over because a person wants it compensated."""
FOR_AN_OUTAGE = -2
"""RefundPayment's note that no refusal led to it."""


class Worker(NamedTuple):
    """A running call of an activity's function, of the janitor or of the API; `phase` is what it
    does next. `note` is what it remembers: the money found, or the signal that found no stock.
    """

    activity: str
    epoch: int
    phase: str = READS
    note: int = -1
    seen: Order | None = None
    """What was read; kept only where writes are blind."""


class Execution(NamedTuple):
    """The execution of the order's epoch: the state it is in, and that state's running call."""

    state: str = NOT_STARTED
    worker: Worker | None = None


class Stock(NamedTuple):
    """The units of the order's product."""

    available: int = 2
    held: int = 0
    sold: int = 0


class Provider(NamedTuple):
    """The payment provider's books. A payment that no order refers to moves no money and is left
    out: so is preparing one.
    """

    captures: int = 0
    captured: int = 0
    refunded: int = 0
    closed: bool = False


class State(NamedTuple):
    """One state of the world. The last three only count: signals accepted (with 202), writes by an
    old epoch, faults that happened.
    """

    order: Order = Order()
    execution: Execution = Execution()
    others: tuple[Worker, ...] = (Worker(API, 1, STARTS),)
    """Calls that no execution waits for: abandoned activities, the janitor, the API's start."""
    stock: Stock = Stock()
    provider: Provider = Provider()
    doorbell: bool = False
    """A ring for the present wait is on its way."""
    late: bool = False
    """The order waits, and its deadline has passed."""
    accepted: tuple[Signal, ...] = ()
    stale_writes: int = 0
    faults: int = 0


class OutOfStock(Exception):
    """The transaction's condition on the stock failed, so nothing was written."""


def move(stock: Stock, movement: str, units: int) -> Stock:
    """hold: available -> held; release: held -> available; sell: held -> sold."""
    available, held, sold = stock
    if movement == "hold":
        moved = Stock(available - units, held + units, sold)
    elif movement == "release":
        moved = Stock(available + units, held - units, sold)
    else:
        moved = Stock(available, held - units, sold + units)
    if min(moved) < 0:
        raise OutOfStock
    return moved


def commit(state: State, wanted: Change) -> State:
    """Replace the record and move the stock, at once; raises OutOfStock."""
    stock = move(state.stock, wanted.move, wanted.units) if wanted.move else state.stock
    state = replace_order(state, wanted.after)
    return state if stock is state.stock else state._replace(stock=stock)


def replace_order(state: State, after: Order) -> State:
    """Write the record: every other call that was about to write has lost the race."""
    if after == state.order:
        return state
    others = in_order(lost_race(worker) for worker in state.others)
    execution = state.execution
    if execution.worker is not None:
        execution = Execution(execution.state, lost_race(execution.worker))
    late = state.late and after.stage == AWAITING and after.deadline == state.order.deadline
    return state._replace(order=after, others=others, execution=execution, late=late)


def in_order(workers: Iterable[Worker]) -> tuple[Worker, ...]:
    """Calls in one order, whichever began first."""
    return tuple(sorted(workers, key=lambda worker: worker[:4]))


def joined(state: State, worker: Worker) -> State:
    """The state with one more call that no execution waits for."""
    return state._replace(others=in_order((*state.others, worker)))


def lost_race(worker: Worker) -> Worker:
    """The worker after another writer's write."""
    if worker.seen is not None or worker.phase not in CONFLICTED:
        return worker
    return worker._replace(phase=CONFLICTED[worker.phase])


def leave_wait(state: State) -> State:
    """The wait is over: its token is used, and rings with it have no effect."""
    if state.order.token:
        state = state._replace(order=state.order._replace(token=False))
    return state._replace(doorbell=False)


def abandon(state: State) -> State:
    """The execution no longer waits for its running call, which continues."""
    worker = state.execution.worker
    if worker is None:
        return state
    others = in_order((*state.others, worker))
    return state._replace(others=others, execution=Execution(state.execution.state))
