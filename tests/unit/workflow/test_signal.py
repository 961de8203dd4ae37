"""A signal: durable first, then the doorbell."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import (
    EngineUnavailable,
    IdempotencyMismatch,
    OrderError,
    StoreUnavailable,
)
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.signals import MAX_SIGNALS, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.admission import allowed_signals
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.world import TOKEN, World


@pytest.mark.parametrize("kind", list(SignalKind))
def test_an_accepted_signal_is_durable_and_rings(
    world: World, workflow: OrderWorkflow, kind: SignalKind
) -> None:
    order = world.place(wait_token=TOKEN)
    world.clock.advance(10)
    signal = a_signal(kind, at=0)

    after = workflow.signal(order.order_id, signal)

    assert world.now(order) == after
    assert after.pending == (replace(signal, at=world.clock.now()),)
    assert (after.cancel_requested_at is not None) == (kind is SignalKind.CANCEL_ORDER)
    assert world.engine.rung == [TOKEN]


def test_a_signal_before_the_wait_rings_no_execution(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(Stage.START)

    workflow.signal(order.order_id, a_signal())

    assert world.engine.rung == []
    assert len(world.now(order).inbox) == 1


def test_a_broken_doorbell_costs_only_time(
    world: World, workflow: OrderWorkflow, survived: list[OrderError]
) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.unavailable = True

    after = workflow.signal(order.order_id, a_signal())

    assert len(after.inbox) == 1
    assert [type(error) for error in survived] == [EngineUnavailable]
    assert after.next_check_at == NOW + CHECK_SOON_MS


def test_a_repeated_signal_is_accepted_once_and_rings_as_long_as_it_is_pending(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)
    signal = a_signal()

    first = workflow.signal(order.order_id, signal)
    again = workflow.signal(order.order_id, signal)

    assert again == first
    assert world.engine.rung == [TOKEN, TOKEN]


def test_a_settled_signal_that_is_repeated_rings_no_execution(
    world: World, workflow: OrderWorkflow
) -> None:
    signal = a_signal()
    order = world.place(
        inbox=(signal,), applied=1, outcomes={signal.signal_id: "stale"}, wait_token=TOKEN
    )

    assert workflow.signal(order.order_id, signal) == order

    assert world.engine.rung == []


def test_the_key_of_one_signal_cannot_be_used_for_another(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place()
    workflow.signal(order.order_id, a_signal(signal_id="S"))

    with pytest.raises(IdempotencyMismatch):
        workflow.signal(order.order_id, a_signal(signal_id="S", revision=2))

    assert len(world.now(order).inbox) == 1


def test_an_order_full_of_other_signals_can_still_be_cancelled(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place()
    for _ in range(MAX_SIGNALS):
        workflow.signal(order.order_id, a_signal())
    assert allowed_signals(world.now(order), NOW) == (SignalKind.CANCEL_ORDER,)

    workflow.signal(order.order_id, a_signal(SignalKind.CANCEL_ORDER))

    assert world.now(order).cancel_requested_at == NOW


def test_a_store_that_is_down_refuses_the_signal_without_losing_it_silently(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)
    world.store.unavailable = True

    with pytest.raises(StoreUnavailable):
        workflow.signal(order.order_id, a_signal())

    assert world.engine.rung == []
