"""What holds for every activity, whatever it does: run twice, too late, or under fire."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lambdas.activities import (
    approval,
    enrichment,
    inventory,
    notification,
    order_status,
    payment,
)
from lambdas.domain.errors import (
    OrderCancelled,
    OrderMovedOn,
    StaleEpoch,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.order import Order
from lambdas.domain.stages import ENDS, Stage
from lambdas.runtime import Handler
from tests.support.builders import APPROVAL_TIMEOUT_MS
from tests.support.fake_clock import NOW
from tests.support.fake_notifier import Mail
from tests.support.world import TOKEN, World


@dataclass(frozen=True, kw_only=True)
class Row:
    """One activity, the stage at which it is called, and the input that it needs besides ids."""

    activity: Handler
    stage: Stage
    task: dict[str, Any] = field(default_factory=dict)
    forward: bool = True
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.activity.activity_name)  # type: ignore[attr-defined]

    def place(self, world: World) -> Order:
        world.ask_by_mail()
        return world.place(self.stage, **self.record)


ROWS = [
    Row(activity=enrichment.fetch_inventory_snapshot, stage=Stage.START),
    Row(activity=enrichment.fetch_customer_profile, stage=Stage.START),
    Row(activity=enrichment.fetch_recommendations, stage=Stage.START),
    Row(activity=inventory.reserve_stock, stage=Stage.RESERVE),
    Row(activity=approval.await_signal, stage=Stage.AWAITING_APPROVAL, task={"token": TOKEN}),
    Row(activity=approval.apply_signals, stage=Stage.AWAITING_APPROVAL, task={"loops": 1}),
    Row(
        activity=notification.request_approval,
        stage=Stage.AWAITING_APPROVAL,
        record={"approval_deadline": NOW + APPROVAL_TIMEOUT_MS - 20_000},
    ),
    Row(activity=payment.process_payment, stage=Stage.PAYMENT),
    Row(activity=order_status.update_order_status, stage=Stage.STATUS_UPDATE),
    Row(activity=notification.send_order_confirmation, stage=Stage.COMPLETED),
    Row(activity=payment.refund_payment, stage=Stage.STATUS_UPDATE, forward=False),
    Row(activity=inventory.release_stock, stage=Stage.COMPENSATING, forward=False),
    Row(activity=notification.send_cancellation_email, stage=Stage.COMPENSATING, forward=False),
    Row(
        activity=order_status.close_order,
        stage=Stage.COMPENSATING,
        forward=False,
        record={"ledger": {}, "reserved": False},
    ),
]
MAILS = (
    notification.request_approval,
    notification.send_order_confirmation,
    notification.send_cancellation_email,
)
every_activity = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def essence(order: Order) -> Order:
    """The order without what every write moves."""
    links = dict.fromkeys(order.approval_links.values(), "a link")
    still = replace(order, sequence=0, updated_at=0, next_check_at=0, looked_at=None)
    return replace(still, approval_links=links)


def effects(world: World) -> dict[str, Any]:
    """Everything that left the process for good."""
    shelves = {s: (x.available, x.held, x.sold) for s, x in world.inventory.shelves.items()}
    books = {k: (p.captured, p.refunded_minor) for k, p in world.payments.payments.items()}
    return {
        "shelves": shelves,
        "books": books,
        "mails": [_without_link(mail) for mail in world.notifier.sent],
        "stuck": list(world.operations.stuck),
    }


def _without_link(mail: Mail) -> Mail:
    return mail._replace(body=re.sub(r"#/approval/\S+", "#/approval/...", mail.body))


perhaps = suppress
"""An activity that comes too late may refuse or find nothing to do; both are right."""


def outcome_of(
    row: Row, trouble: Callable[[World, Order], None] = lambda world, order: None
) -> tuple[Order, dict[str, Any], World]:
    """The order and the effects after one run with some trouble arranged before it."""
    world = World()
    order = row.place(world)
    trouble(world, order)
    world.run(row.activity, order, **row.task)
    return world.now(order), effects(world), world


@every_activity
def test_it_does_its_work_once_and_breaks_nothing(row: Row) -> None:
    world = World()
    order = row.place(world)

    world.run(row.activity, order, **row.task)

    did = world.now(order) != order or effects(world)["mails"]
    assert did or row.activity in (approval.apply_signals, enrichment.fetch_recommendations)
    assert world.problems() == []


@every_activity
def test_a_second_run_changes_nothing(row: Row, world: World) -> None:
    order = row.place(world)
    first_answer = world.run(row.activity, order, **row.task)
    first, once = world.now(order), effects(world)

    answer = world.run(row.activity, order, **row.task)

    assert answer == first_answer
    assert essence(world.now(order)) == essence(first)
    assert effects(world) == once
    assert world.problems() == []


@every_activity
def test_an_older_epoch_neither_writes_nor_acts(row: Row, world: World) -> None:
    order = row.place(world)
    world.store.put(replace(order, epoch=2))
    before, untouched = world.now(order), effects(world)

    with pytest.raises(StaleEpoch):
        world.run(row.activity, order, **row.task)

    assert world.now(order) == before
    assert effects(world) == untouched
    assert world.payments.calls == []
    assert world.engine.rung == []


@every_activity
@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_ended_order_stays_as_it_ended(row: Row, end: Stage, world: World) -> None:
    order = world.place(end)
    before = effects(world)

    with perhaps(OrderMovedOn):
        world.run(row.activity, order, **row.task)

    after = world.now(order)
    assert essence(replace(after, ledger={}, event_count=0)) == essence(replace(order, ledger={}))
    assert {n: e for n, e in after.ledger.items() if "mail" not in n} == order.ledger
    assert (effects(world)["shelves"], effects(world)["books"]) == (
        before["shelves"],
        before["books"],
    )
    assert world.problems() == []


@every_activity
def test_another_writer_in_between_loses_nothing(row: Row) -> None:
    alone, effects_alone, _ = outcome_of(row)

    def trouble(world: World, order: Order) -> None:
        world.store.before_write = [lambda: world.another_write(order)] * 3

    contended, effects_contended, world = outcome_of(row, trouble)

    assert same_but_for_its_id(contended, alone)
    assert str(effects_contended).replace(contended.order_id, alone.order_id) == str(effects_alone)
    assert world.problems() == []


def same_but_for_its_id(one: Order, other: Order) -> bool:
    left, right = repr(essence(one)), repr(essence(other))
    return left.replace(one.order_id, other.order_id) == right


@every_activity
def test_a_store_that_never_lets_it_write_is_a_transient_error(row: Row, world: World) -> None:
    order = row.place(world)
    world.store.before_write = [lambda: world.another_write(order)] * 50
    writes = world.store.writes

    with perhaps(StoreConflict):
        world.run(row.activity, order, **row.task)

    assert world.store.writes == writes
    assert world.notifier.sent == []


@every_activity
def test_an_answer_lost_after_the_write_is_made_good_by_the_retry(row: Row) -> None:
    alone, effects_alone, _ = outcome_of(row)
    world = World()
    order = row.place(world)
    world.store.lost_answers = 1

    with perhaps(StoreUnavailable):
        world.run(row.activity, order, **row.task)
    world.run(row.activity, order, **row.task)

    again, effects_again = world.now(order), effects(world)
    if row.activity in MAILS:
        # Claimed, but perhaps not sent: a mail is rather lost than sent twice.
        assert len(effects_again["mails"]) <= 1
    else:
        assert same_but_for_its_id(again, alone)
        assert str(effects_again).replace(order.order_id, alone.order_id) == str(effects_alone)
    assert world.problems() == []


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
            with perhaps(StoreUnavailable):
                world.run(activity, order)

    assert world.now(order).stage is Stage.CANCELLED
    assert len(world.notifier.sent) <= 1
    assert world.problems() == []
