"""A signal: durable first, then the doorbell."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import (
    EngineUnavailable,
    OrderError,
)
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.services.workflow import OrderWorkflow
from tests.support.builders import a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.world import TOKEN, World


def test_a_signal_before_the_wait_rings_no_execution(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(Stage.START)

    workflow.signal(order.order_id, a_signal())

    assert world.engine.rung == []
    assert len(world.now(order).inbox) == 1


def test_a_broken_doorbell_costs_only_time(
    world: World, workflow: OrderWorkflow, recovered: list[OrderError]
) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.unavailable = True

    after = workflow.signal(order.order_id, a_signal())

    assert len(after.inbox) == 1
    assert [type(error) for error in recovered] == [EngineUnavailable]
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
