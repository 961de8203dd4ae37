"""Everything that may fail, at any time: tasks, calls, answers, doorbells, executions."""

from collections.abc import Iterator

from tests.model import engine
from tests.model.activities import advance
from tests.model.calls import Call, Move, Step
from tests.model.provider import answer_lost
from tests.model.rules import Rules
from tests.model.world import (
    ABORTED,
    AWAIT_SIGNAL,
    BY_PERSON,
    CAPTURES,
    CONFLICTED,
    ENDED,
    JANITOR,
    NOT_STARTED,
    STARTS,
    Execution,
    State,
    Worker,
    joined,
)


def faults(state: State, rules: Rules) -> Iterator[Step]:
    """Everything that may fail now."""
    worker = state.execution.worker
    if worker is not None:
        yield from _task_faults(state, worker, rules)
    if state.execution.state not in (NOT_STARTED, ENDED, ABORTED):
        yield _fault("an operator", "calls StopExecution", engine.ends(state, ABORTED))
        yield _fault("the engine", "loses the execution", engine.ends(state, ENDED))
    if state.doorbell:
        yield _fault("the doorbell", "is lost", state._replace(doorbell=False))
    yield from _lost_calls(state)
    if not state.order.ended:
        taking = joined(state, Worker(JANITOR, state.order.epoch, note=BY_PERSON))
        yield _fault("an operator", "orders a takeover", taking)


def _task_faults(state: State, worker: Worker, rules: Rules) -> Iterator[Step]:
    who = worker.activity
    if who != AWAIT_SIGNAL:
        yield _fault(who, "crashes or times out; retried", engine.fails(state, rules, retried=True))
    yield _fault(who, "crashes or times out; given up", engine.fails(state, rules, retried=False))
    if worker.phase in CONFLICTED:
        yield from _lost_answers(state, worker, rules)
    if worker.phase == CAPTURES:
        yield from _provider_faults(state, worker, rules)


def _lost_answers(state: State, worker: Worker, rules: Rules) -> Iterator[Step]:
    """A write that took place looks like a lost race to its writer, who reads and decides again."""
    move = advance(Call(state, worker, rules, live=True))
    if not move.error and move.state.order != state.order:
        again = Execution(state.execution.state, worker._replace(phase=CONFLICTED[worker.phase]))
        after = move.state._replace(execution=again)
        yield _fault(worker.activity, f"{worker.phase}; the answer is lost", after)


def _provider_faults(state: State, worker: Worker, rules: Rules) -> Iterator[Step]:
    declined = engine.follows(state, Move(state, error="PaymentDeclined"))
    yield _fault("the provider", "declines the charge", declined)
    lost = answer_lost(Call(state, worker, rules, live=True))
    yield _fault("the provider", "captures; the answer is lost", engine.follows(state, lost))
    # Tried again under the same key.
    again = engine.enter(lost.state, "ProcessPayment")
    if rules.unknown_is_not_failed:
        yield _fault("the provider", "captures; the answer is lost; retried", again)


def _lost_calls(state: State) -> Iterator[Step]:
    for index, worker in enumerate(state.others):
        if worker.phase == STARTS or worker.activity == JANITOR:
            rest = state.others[:index] + state.others[index + 1 :]
            yield _fault(worker.activity, "crashes", state._replace(others=rest))


def _fault(who: str, action: str, after: State) -> Step:
    return Step(who, action, after, natural=False)
