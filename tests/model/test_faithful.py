"""The model says what the code does: compared on every record that the model reaches."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest

from lambdas.domain.errors import OrderCancelled, OrderMovedOn
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.steps import compensation, payment
from tests.model import decisions
from tests.model.activities import advance
from tests.model.calls import Call, Move
from tests.model.explorer import explore
from tests.model.record import Order, Refused, Signal, admits
from tests.model.rules import PROTOCOL, Bounds
from tests.model.steps import ALPHABET, steps
from tests.model.translation import (
    ACTIVITIES,
    LIVE,
    Seen,
    in_code,
    in_model,
    place,
    run,
    seen,
    signal_in_code,
)
from tests.model.world import ABORTED, ENDED, JANITOR, NOT_STARTED, READS, Execution, State, Worker
from tests.support.fakes.fake_clock import NOW
from tests.support.world import World

pytestmark = pytest.mark.proof


@lru_cache
def reached() -> tuple[State, ...]:
    """The states of every pair of signals with any one fault."""
    return tuple(explore(Bounds(signals=2, faults=1)).states)


def alone(state: State, worker: Worker | None) -> State:
    """The state without other calls."""
    execution = Execution(state.execution.state, worker)
    return state._replace(execution=execution, others=(), doorbell=False, accepted=(), faults=0)


def beginning(activity: str) -> set[tuple[State, Worker, bool]]:
    """Every distinct (state, call, live) in which a call of an activity begins."""
    found = set()
    for state in reached():
        for worker, live in [(state.execution.worker, True), *((w, False) for w in state.others)]:
            if worker and worker[:1] == (activity,) and worker[2:4] == (READS, -1):
                found.add((alone(state, worker if live else None), worker, live))
                stale = worker._replace(epoch=worker.epoch - 1)
                found.add((alone(state, stale if live else None), stale, live))
    return found


def to_the_end(state: State, worker: Worker, *, live: bool) -> Seen:
    """The same call in the model, without other calls in between."""
    moved = Move(state, worker)
    while moved.worker is not None:
        moved = advance(Call(moved.state, moved.worker, PROTOCOL, live))
    decided = moved.answer if worker.activity == "ApplySignals" else ""
    return as_seen(moved.state, moved.error, decided)


def as_seen(state: State, error: str = "", decision: str = "") -> Seen:
    books = state.provider
    # The fake provider's payment is voided or captured; the model shows both.
    books = books._replace(closed=books.closed or books.captures > 0)
    return Seen(state.order, state.stock, books, state.doorbell, error, decision)


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_an_activity_of_the_code_leaves_behind_what_the_models_does(activity: str) -> None:
    world, cases = World(), beginning(activity)

    assert len(cases) > 50
    for state, worker, live in cases:
        assert run(world, state, worker, live=live) == to_the_end(state, worker, live=live), (
            state,
            worker,
        )


def test_what_is_recorded_after_the_providers_answer_is_what_the_code_records() -> None:
    """For every record that the order may have by then; a call without others in between does not
    show that.
    """
    orders = {state.order for state in reached()}

    for order in orders:
        record = in_code(order, "order", late=False)
        for mine, code in (
            (
                lambda o: decisions.prepared(o, PROTOCOL),
                lambda o: payment.record_reference(o, NOW, "pay:order"),
            ),
            (lambda o: decisions.charged(o, PROTOCOL), lambda o: payment.record_charge(o, NOW)),
            (decisions.refunded, lambda o: compensation.record_refund(o, NOW, 1)),
        ):
            assert recorded(mine, order) == recorded(code, record), order


def recorded(decide: Callable[[Any], Any], order: Any) -> Order | str | None:
    """The record that a decision of the model or of the code asks for, or its error's name."""
    try:
        wanted = decide(order)
    except (Refused, OrderMovedOn, OrderCancelled) as error:
        return str(error) if isinstance(error, Refused) else type(error).__name__
    after = wanted and wanted.after
    return after if after is None or isinstance(after, Order) else in_model(after)


def test_the_store_accepts_the_signals_that_the_model_accepts() -> None:
    world = World()
    cases = {alone(state, None)._replace(execution=Execution()) for state in reached()}
    answers = set()

    for state in cases:
        fresh = [Signal(9, kind, revision) for kind, revision in ALPHABET]
        for signal in (*fresh, *state.order.inbox):
            order = place(world, state)
            after, appended = world.store.append_signal(order.order_id, signal_in_code(signal), NOW)
            assert appended == admits(state.order, signal, state.late, PROTOCOL), (state, signal)
            grown = state.order.inbox + (signal,) * appended
            assert in_model(after) == state.order._replace(inbox=grown)
            answers.add((signal.kind, appended))
    assert len(answers) == 8


def test_the_janitor_of_the_code_does_what_the_models_does() -> None:
    world = World()
    janitor = world.deps.janitor
    cases = {alone(state, None) for state in reached() if not state.order.ended}
    actions = set()

    for state in cases:
        order = place(world, state)
        running = state.execution.state not in (NOT_STARTED, ENDED, ABORTED)
        world.engine.started = []
        world.engine.running = {order.execution} if running else set()
        ends = {ABORTED: ExecutionStatus.ABORTED, ENDED: ExecutionStatus.FAILED}
        ended = ends.get(state.execution.state)
        world.engine.ended = {} if ended is None else {order.execution: ended}
        world.engine.waiting = {LIVE}
        actions.add(janitor.reconcile(order.order_id))
        swept, left = sweep(state), seen(world, order.order_id)
        if swept.order.epoch > state.order.epoch:
            left = left._replace(rang=False)  # it rings for an execution that lost the order
        assert left == as_seen(swept), state
        if swept.execution.state != state.execution.state:
            assert world.engine.started == [f"{order.order_id}-{swept.order.epoch}"]
    assert actions == {"started", "resumed", "taken-over", "rung", "running"}


def sweep(state: State) -> State:
    """One sweep of the model's janitor, without other calls in between."""
    state = next(_janitors(state), state)
    while any(worker.activity == JANITOR for worker in state.others):
        state = next(_janitors(state))
    return state


def _janitors(state: State) -> Iterator[State]:
    steps_ = steps(state, PROTOCOL, Bounds(signals=0, faults=0))
    return (step.after for step in steps_ if step.who == JANITOR)
