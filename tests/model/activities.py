"""What a running call does, one access to the order or the provider at a time.

A first transaction reads, decides and writes; some activities then call the provider; a second
transaction records what came of it. Between any two accesses all other calls may move.
"""

from collections.abc import Callable, Mapping

from tests.model.calls import Call, Move
from tests.model.decisions import (
    applies,
    apply_next,
    begin,
    charged,
    close,
    complete,
    decision,
    expire,
    keep_token,
    prepared,
    refunded,
    release,
    reserve,
    take_over,
)
from tests.model.provider import captures, looks_up, refunds, voids
from tests.model.record import COMPENSATING, DONE, Change, Order, Refused, change
from tests.model.world import (
    BY_PERSON,
    CAPTURES,
    FOR_AN_OUTAGE,
    JANITOR,
    LOOKS_UP,
    MOVES,
    READS,
    RECALLS,
    RECORDS,
    REFUNDS,
    STARTS,
    TAKEN,
    VOIDS,
    WRITES,
    Execution,
    OutOfStock,
    State,
    abandon,
    commit,
    leave_wait,
    move,
)

Decide = Callable[[Call, Order], Change | None]


def _apply(call: Call, order: Order) -> Change | None:
    late = call.state.late and not call.rules.applied_before_expiry
    out_of_stock = call.worker.note == len(order.outcomes)
    return expire(order, call.rules, late=late) or apply_next(
        order, call.rules, out_of_stock=out_of_stock
    )


def _started(call: Call, order: Order) -> Change | None:
    return None if order.ended or order.epoch != call.worker.epoch else change(order)


FIRST: Mapping[str, Decide] = {
    "ReserveStock": lambda _, order: reserve(order),
    "AwaitSignal": lambda call, order: keep_token(order, call.rules, live=call.live),
    "ApplySignals": _apply,
    "ProcessPayment": lambda call, order: prepared(order, call.rules),
    "UpdateOrderStatus": lambda call, order: complete(order, call.rules),
    "RefundPayment": lambda call, order: begin(
        order, call.rules, outage=call.worker.note == FOR_AN_OUTAGE
    ),
    "ReleaseStock": lambda _, order: release(order),
    "CloseOrder": lambda call, order: close(order, call.rules),
    JANITOR: lambda call, order: take_over(
        order, call.worker.epoch, call.rules, by_person=call.worker.note == BY_PERSON
    ),
}
SECOND: Mapping[str, Decide] = {
    "ApplySignals": lambda call, order: expire(order, call.rules, late=call.state.late),
    "ProcessPayment": lambda call, order: charged(order, call.rules),
    "RefundPayment": lambda _, order: refunded(order),
    JANITOR: _started,
}


MOVEMENTS = {"ReserveStock": "hold", "UpdateOrderStatus": "sell", "ReleaseStock": "release"}


def advance(call: Call) -> Move:
    """The call's next access, when nothing goes wrong."""
    try:
        return ACCESS[call.worker.phase](call)
    except Refused as error:
        return Move(call.state, error=str(error))
    except OutOfStock:
        if call.worker.activity != "ApplySignals":
            return Move(call.state, error="InsufficientStock")
        # The signal is read once more, to be rejected.
        return call.continues(READS, note=len(call.state.order.outcomes))


def _reads(call: Call) -> Move:
    if not call.owns:
        return Move(call.state, error="StaleEpoch")
    if FIRST[call.worker.activity](call, call.state.order) is not None:
        return call.continues(WRITES)
    return _after_first(call)


def _recalls(call: Call) -> Move:
    if not call.owns:
        return Move(call.state, error="StaleEpoch")
    if SECOND[call.worker.activity](call, call.state.order) is not None:
        return call.continues(RECORDS)
    return Move(call.state, answer=decision(call.state.order))


def _writes(call: Call) -> Move:
    wrote = call._replace(state=_write(call, FIRST[call.worker.activity]))
    if _moves_apart(call):
        return wrote.continues(MOVES)
    return _after_first(wrote, wrote=True)


def _moves_apart(call: Call) -> bool:
    return not call.rules.stock_moves_with_stage and call.worker.activity in MOVEMENTS


def _records(call: Call) -> Move:
    wrote = _write(call, SECOND[call.worker.activity])
    return Move(wrote, answer=decision(wrote.order))


def _write(call: Call, decide: Decide) -> State:
    state, seen = call.state, call.worker.seen
    wanted = decide(call, seen or state.order)
    if wanted is None:
        return state
    if seen is not None:
        wanted = wanted._replace(after=_laid_over(state.order, seen, wanted.after))
    if _moves_apart(call):
        wanted = Change(wanted.after)
    stale = call.worker.epoch < state.order.epoch
    return commit(state._replace(stale_writes=1) if stale else state, wanted)


def _laid_over(order: Order, seen: Order, after: Order) -> Order:
    """A blind write: the changed fields over the current record."""
    fields = zip(order, seen, after, strict=True)
    return Order._make(now if new == old else new for now, old, new in fields)


def _after_first(call: Call, *, wrote: bool = False) -> Move:
    """What a call does once its first transaction is through (or had nothing to write)."""
    state, order, activity = call.state, call.state.order, call.worker.activity
    if activity == "AwaitSignal" and call.live and not order.token:
        return Move(state._replace(doorbell=True))
    if activity == "ApplySignals":
        return call.continues(WRITES) if applies(order) else _recalls(call)
    if activity == "ProcessPayment" and order.pay != DONE:
        return call.continues(LOOKS_UP if order.reference and not wrote else CAPTURES)
    if activity == "RefundPayment" and order.stage == COMPENSATING and "pay" in order.owes:
        return call.continues(VOIDS if call.rules.voided_before_refund else REFUNDS)
    if activity == JANITOR and not order.ended:
        taken = abandon(leave_wait(state))._replace(execution=Execution()) if wrote else state
        return Move(taken, call.worker._replace(phase=STARTS, epoch=order.epoch, note=TAKEN))
    return Move(state)


def _moves(call: Call) -> Move:
    """The second of two writes, where stock does not move with the stage."""
    movement = MOVEMENTS[call.worker.activity]
    stock = move(call.state.stock, movement, call.state.order.revision)
    return _after_first(call._replace(state=call.state._replace(stock=stock)), wrote=True)


ACCESS: Mapping[str, Callable[[Call], Move]] = {
    READS: _reads,
    WRITES: _writes,
    RECALLS: _recalls,
    RECORDS: _records,
    LOOKS_UP: looks_up,
    CAPTURES: captures,
    VOIDS: voids,
    REFUNDS: refunds,
    MOVES: _moves,
}
