"""An accepted cancel wins: over every forward step, and from every stage to the end."""

import pytest

from lambdas.activities import approval, inventory, notification, order_status, payment
from lambdas.domain.errors import (
    MailUnsettled,
    NotifierUnavailable,
    OrderCancelled,
    StoreUnavailable,
)
from lambdas.domain.record.stages import Stage
from tests.support.world import World
from tests.unit.activities.comparing import effects
from tests.unit.activities.rows import ROWS, Row, perhaps

FORWARD_WRITERS = [
    row
    for row in ROWS
    if row.forward
    and row.activity
    not in (
        approval.await_signal,
        approval.apply_signals,
        notification.request_approval,
        notification.send_order_confirmation,
    )
]


@pytest.mark.parametrize("row", FORWARD_WRITERS, ids=lambda row: row.name)
def test_no_forward_step_writes_after_an_accepted_cancel(row: Row, world: World) -> None:
    order = row.place(world)
    world.cancel(order)
    before, untouched = world.now(order), effects(world)

    with pytest.raises(OrderCancelled):
        world.run(row.activity, order, **row.task)

    assert world.now(order) == before
    assert effects(world) == untouched
    assert world.payments.calls == []


@pytest.mark.parametrize("row", FORWARD_WRITERS, ids=lambda row: row.name)
def test_a_cancel_that_is_accepted_at_the_last_moment_still_wins(row: Row, world: World) -> None:
    order = row.place(world)
    if row.activity is payment.process_payment:
        order = world.prepare_payment(order)
    world.store.before_write = [lambda: world.cancel(order)]

    with perhaps(OrderCancelled):
        world.run(row.activity, order, **row.task)

    after = world.now(order)
    assert after.stage is not Stage.COMPLETED
    if row.activity is payment.process_payment:
        # The money was taken: the record says so, and the next step turns the order back.
        assert after.charged
    else:
        assert after.stage is row.stage
    assert world.problems() == []


COMPENSATION = [
    payment.refund_payment,
    inventory.release_stock,
    notification.send_cancellation_email,
    order_status.close_order,
]
CANCELLABLE = [
    Stage.START,
    Stage.ENRICHMENT,
    Stage.RESERVE,
    Stage.AWAITING_APPROVAL,
    Stage.PAYMENT,
    Stage.STATUS_UPDATE,
]


@pytest.mark.parametrize("stage", CANCELLABLE)
@pytest.mark.parametrize("times", [1, 2])
def test_an_accepted_cancel_ends_cancelled_and_repaid_from_every_stage(
    stage: Stage, times: int, world: World
) -> None:
    order = world.place(stage)
    cancel = world.cancel(order)

    for activity in COMPENSATION:
        for _ in range(times):
            world.run(activity, order)

    after = world.now(order)
    assert (after.stage, after.last_error) == (Stage.CANCELLED, "cancelled: changed my mind")
    assert after.outcomes == {cancel.signal_id: "applied"}
    assert world.payments.net_minor(f"pay:{order.order_id}") == 0
    assert len(world.notifier.sent) == 1
    assert world.problems() == []


@pytest.mark.parametrize("stage", CANCELLABLE)
def test_a_compensation_whose_every_answer_is_lost_still_ends(stage: Stage, world: World) -> None:
    order = world.place(stage)
    world.cancel(order)

    for activity in COMPENSATION:
        world.store.lost_answers = 1
        for _ in range(3):
            with perhaps(StoreUnavailable, NotifierUnavailable, MailUnsettled):
                world.run(activity, order)

    assert world.now(order).stage is Stage.CANCELLED
    assert len(world.notifier.sent) <= 1
    assert world.problems() == []
