"""Every step that the world can take, by who takes it."""

from collections.abc import Iterator

from tests.model import engine
from tests.model.activities import advance
from tests.model.calls import Call, Step
from tests.model.faults import faults
from tests.model.record import ADD_LINE, APPROVE, AWAITING, CANCEL, DECLINE, Signal, admits
from tests.model.rules import Bounds, Rules
from tests.model.world import (
    ABORTED,
    API,
    AWAIT_SIGNAL,
    BY_PERSON,
    ENDED,
    JANITOR,
    NOT_STARTED,
    READS,
    RECALLS,
    STARTS,
    TAKEN,
    State,
    Worker,
    joined,
    replace_order,
)

ALPHABET = ((APPROVE, 1), (APPROVE, 2), (DECLINE, 0), (ADD_LINE, 0), (CANCEL, 0))
"""The signals: an approval of the order as it was placed (stale once a line was added), an
approval of the order with one more line (stale before that), a decline, a line, a cancel. Every
signal may besides be sent again under its own id, at any time."""


def steps(state: State, rules: Rules, bounds: Bounds) -> Iterator[Step]:
    """All steps that are possible now."""
    for step in _all_steps(state, rules, bounds):
        after = step.after
        unchanged = after.order is state.order and after.execution is state.execution
        if not after.others or unchanged:
            yield step
        else:
            yield step._replace(after=forget_spent(after, rules))


def _all_steps(state: State, rules: Rules, bounds: Bounds) -> Iterator[Step]:
    yield from _execution(state, rules)
    for index in range(len(state.others)):
        yield from _other(state, index, rules)
    yield from _time(state, rules)
    yield from _janitor(state, rules)
    yield from _clients(state, rules, bounds)
    if state.faults < bounds.faults:
        counted = state._replace(faults=state.faults + 1)
        yield from faults(counted, rules)


def _execution(state: State, rules: Rules) -> Iterator[Step]:
    worker = state.execution.worker
    if worker is not None:
        move = advance(Call(state, worker, rules, live=True))
        action = f"{worker.phase} – {move.error}" if move.error else worker.phase
        yield Step(worker.activity, action, engine.follows(state, move))


def _other(state: State, index: int, rules: Rules) -> Iterator[Step]:
    worker = state.others[index]
    rest = state.others[:index] + state.others[index + 1 :]
    alone = state._replace(others=rest)
    if worker.phase == STARTS:
        started = engine.starts(alone, worker.epoch)
        if worker.activity == JANITOR and worker.note != TAKEN:
            started = joined(started, worker._replace(phase=RECALLS))
        yield Step(worker.activity, STARTS, started)
        return
    move = advance(Call(alone, worker, rules, live=False))
    after = move.state if move.worker is None else joined(move.state, move.worker)
    who = worker.activity if worker.activity == JANITOR else f"abandoned {worker.activity}"
    yield Step(who, worker.phase, after)


def forget_spent(state: State, rules: Rules) -> State:
    """Drop calls that can no longer change anything: the order has a newer epoch or has ended, or
    another caller started the execution.
    """
    kept = tuple(worker for worker in state.others if not _spent(worker, state, rules))
    return state if len(kept) == len(state.others) else state._replace(others=kept)


def _spent(worker: Worker, state: State, rules: Rules) -> bool:
    if worker.activity == API:
        return worker.epoch < state.order.epoch or state.execution.state != NOT_STARTED
    if worker.phase not in (READS, RECALLS):
        return False
    call = Call(state, worker, rules, live=False)
    if not call.owns:
        return True
    return state.order.ended and advance(call)[:2] == (state, None)


def _time(state: State, rules: Rules) -> Iterator[Step]:
    if state.order.stage == AWAITING and not state.late:
        yield Step("the clock", "passes the deadline", state._replace(late=True))
    if state.execution.state != AWAIT_SIGNAL:
        return
    if state.doorbell:
        yield Step("the doorbell", "wakes the execution", engine.wakes(state))
    if state.execution.worker is None and rules.tick_wakes:
        yield Step("a tick", "wakes the execution", engine.wakes(state))


def _janitor(state: State, rules: Rules) -> Iterator[Step]:
    """One sweep at a time. It reads the order and asks for its execution."""
    order = state.order
    sweeping = any(worker.activity == JANITOR for worker in state.others)
    if order.ended or sweeping or not rules.janitor_sweeps:
        return
    if order.start_pending and state.execution.state not in (ENDED, ABORTED):
        yield Step(JANITOR, "finds no start", joined(state, Worker(JANITOR, order.epoch, STARTS)))
    elif state.execution.state == ABORTED:
        taking = joined(state, Worker(JANITOR, order.epoch, note=BY_PERSON))
        yield Step(JANITOR, "finds the execution stopped", taking)
    elif state.execution.state in (NOT_STARTED, ENDED):
        yield Step(JANITOR, "finds the execution gone", joined(state, Worker(JANITOR, order.epoch)))
    elif order.pending and order.token and not state.doorbell:
        yield Step(JANITOR, "rings again", state._replace(doorbell=True))


def _clients(state: State, rules: Rules, bounds: Bounds) -> Iterator[Step]:
    if len(state.accepted) < bounds.signals:
        for kind, revision in ALPHABET:
            signal = Signal(len(state.accepted) + 1, kind, revision)
            if admits(state.order, signal, state.late, rules):
                text = f"accepts {kind}" + (f" of revision {revision}" if revision else "")
                accepted = state._replace(accepted=(*state.accepted, signal))
                yield Step("the API", text, _append(accepted, signal, rules), natural=False)
    for signal in state.accepted:
        text = f"receives {signal.kind} (signal {signal.number}) again"
        yield Step("the API", text, _again(state, signal, rules), natural=False)


def _append(state: State, signal: Signal, rules: Rules) -> State:
    order = state.order
    if not rules.inbox_is_the_truth and not order.token:
        return state
    written = replace_order(state, order._replace(inbox=(*order.inbox, signal)))
    return written._replace(doorbell=state.doorbell or order.token)


def _again(state: State, signal: Signal, rules: Rules) -> State:
    if admits(state.order, signal, state.late, rules):
        return _append(state, signal, rules)
    rings = state.order.token and signal in state.order.pending
    return state._replace(doorbell=state.doorbell or rings)
