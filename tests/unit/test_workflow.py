"""The application surface: start, signal, heartbeat, query, list."""

from dataclasses import replace

import pytest

from lambdas.domain.changes import CHECK_SOON_MS
from lambdas.domain.errors import (
    EngineUnavailable,
    IdempotencyMismatch,
    InboxFull,
    InvalidRequest,
    NotAllowed,
    OrderError,
    OrderNotFound,
    SignalNotAdmitted,
    SignalNotFound,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.order import Order
from lambdas.domain.signals import ADMITTED_IN, MAX_SIGNALS, Signal, SignalKind
from lambdas.domain.stages import Stage
from lambdas.domain.starting import StartRequest
from lambdas.workflow import (
    OrderWorkflow,
    allowed_signals,
    refuse_unless_repeated,
    require_four_eyes,
)
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_key, a_signal, an_order, an_order_id
from tests.support.fake_clock import NOW
from tests.support.world import TOKEN, World

REQUEST = StartRequest(
    customer_id="alice",
    requested_by="alice",
    payment_method="pm_ok",
    version="v2",
    items=(("MUG-RED", 2),),
)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def survived() -> list[OrderError]:
    return []


@pytest.fixture
def workflow(world: World, survived: list[OrderError]) -> OrderWorkflow:
    return OrderWorkflow(
        store=world.store,
        index=world.store,
        engine=world.engine,
        catalogue=world.inventory,
        customers=world.customers,
        clock=world.clock,
        orders=world.deps.orders,
        new_id=an_order_id,
        report=survived.append,
        heartbeat_seconds=300,
    )


# --- start ---


def test_a_start_writes_the_order_then_starts_its_execution(
    world: World, workflow: OrderWorkflow
) -> None:
    order, new = workflow.start(REQUEST, a_key())

    assert new
    assert world.now(order) == order
    assert order.total.amount_minor == 1600
    assert world.engine.started == [f"{order.order_id}-1"]
    [placed] = world.store.timeline(order.order_id)
    assert (placed.number, placed.kind, placed.stage) == (1, "order-placed", "start")


def test_the_same_key_and_body_give_the_same_order(world: World, workflow: OrderWorkflow) -> None:
    first, _ = workflow.start(REQUEST, a_key())

    again, new = workflow.start(REQUEST, a_key())

    assert (again.order_id, new) == (first.order_id, False)
    assert world.engine.started == [first.execution]


def test_the_same_key_with_another_body_is_refused(workflow: OrderWorkflow) -> None:
    workflow.start(REQUEST, a_key())

    with pytest.raises(IdempotencyMismatch):
        workflow.start(REQUEST, a_key(fingerprint="f2"))


def test_two_principals_may_use_one_key(workflow: OrderWorkflow) -> None:
    first, _ = workflow.start(REQUEST, a_key())

    second, new = workflow.start(REQUEST, a_key(principal="bob"))

    assert (new, second.order_id != first.order_id) == (True, True)


def test_an_order_whose_start_fails_is_safe_and_still_pending(
    world: World, workflow: OrderWorkflow, survived: list[OrderError]
) -> None:
    world.engine.unavailable = True

    order, _ = workflow.start(REQUEST, a_key())

    assert world.now(order).start_pending
    assert [type(error) for error in survived] == [EngineUnavailable]
    assert world.store.due(order.next_check_at, 10) == (order.order_id,)


def test_a_repeated_request_repeats_a_start_that_was_lost(
    world: World, workflow: OrderWorkflow
) -> None:
    world.engine.unavailable = True
    order, _ = workflow.start(REQUEST, a_key())
    world.engine.unavailable = False

    workflow.start(REQUEST, a_key())

    assert world.engine.started == [order.execution]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": (("TEA", 1),)}, "unknown SKU: TEA"),
        ({"items": ()}, "1 to 50 distinct SKUs"),
        ({"items": (("MUG-RED", 0),)}, "must be 1 to 999"),
        ({"customer_id": "nobody"}, "there is no customer 'nobody'"),
    ],
)
def test_a_request_that_cannot_be_is_refused_before_anything_is_written(
    world: World, workflow: OrderWorkflow, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        workflow.start(replace(REQUEST, **changes), a_key())  # type: ignore[arg-type]

    assert world.store.writes == 0
    assert world.engine.started == []


def test_a_start_in_conflict_with_another_writer_is_repeated(
    world: World, workflow: OrderWorkflow
) -> None:
    def conflict() -> None:
        raise StoreConflict("another start with this key is being written")

    world.store.before_write = [conflict]

    order, new = workflow.start(REQUEST, a_key())

    assert (new, world.now(order)) == (True, order)


def test_a_repeated_request_is_answered_though_its_sku_was_withdrawn_since(
    world: World, workflow: OrderWorkflow
) -> None:
    first, _ = workflow.start(REQUEST, a_key())
    del world.inventory.shelves["MUG-RED"]

    assert workflow.start(REQUEST, a_key()) == (first, False)
    with pytest.raises(InvalidRequest, match="unknown SKU"):
        workflow.start(REQUEST, a_key("key-2"))


# --- signal ---


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


def test_a_signal_before_the_wait_has_nobody_to_ring(world: World, workflow: OrderWorkflow) -> None:
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


def test_a_settled_signal_that_is_repeated_rings_nobody(
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


CLOSED = [
    (kind, stage)
    for kind in SignalKind
    for stage in sorted(set(Stage) - ADMITTED_IN[kind] - {Stage.NOTIFY})
]


@pytest.mark.parametrize(("kind", "stage"), CLOSED)
def test_a_signal_that_its_stage_does_not_admit_is_refused_with_the_stage(
    world: World, workflow: OrderWorkflow, kind: SignalKind, stage: Stage
) -> None:
    order = world.place(stage)

    with pytest.raises(SignalNotAdmitted, match=f"the order is {stage}") as refused:
        workflow.signal(order.order_id, a_signal(kind))

    assert refused.value.stage == stage
    assert world.now(order) == order


@pytest.mark.parametrize("kind", [SignalKind.APPROVE_PAYMENT, SignalKind.ADD_LINE_ITEM])
def test_approvals_and_additions_close_at_the_deadline(
    world: World, workflow: OrderWorkflow, kind: SignalKind
) -> None:
    order = world.place()
    world.clock.advance(APPROVAL_TIMEOUT_MS / 1000)

    with pytest.raises(SignalNotAdmitted, match="deadline has passed"):
        workflow.signal(order.order_id, a_signal(kind))


def test_a_cancel_is_accepted_even_after_the_deadline(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place()
    world.clock.advance(APPROVAL_TIMEOUT_MS / 1000)

    workflow.signal(order.order_id, a_signal(SignalKind.CANCEL_ORDER))

    assert world.now(order).cancel_requested_at == world.clock.now()


def test_the_second_cancel_does_not_change_when_the_first_one_came(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place()
    workflow.signal(order.order_id, a_signal(SignalKind.CANCEL_ORDER))
    world.clock.advance(5)
    workflow.signal(order.order_id, a_signal(SignalKind.CANCEL_ORDER))

    assert world.now(order).cancel_requested_at == NOW


def test_a_full_inbox_takes_no_more(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()
    for _ in range(MAX_SIGNALS):
        workflow.signal(order.order_id, a_signal())

    with pytest.raises(InboxFull, match="64 signals"):
        workflow.signal(order.order_id, a_signal())


def test_a_signal_to_no_order_is_not_found(workflow: OrderWorkflow) -> None:
    with pytest.raises(OrderNotFound):
        workflow.signal("nobody", a_signal())


def test_a_signal_refused_by_a_record_that_would_admit_it_by_now_is_tried_again() -> None:
    with pytest.raises(StoreConflict):
        refuse_unless_repeated(an_order(), a_signal(), NOW)


def test_a_store_that_is_down_refuses_the_signal_without_losing_it_silently(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)
    world.store.unavailable = True

    with pytest.raises(StoreUnavailable):
        workflow.signal(order.order_id, a_signal())

    assert world.engine.rung == []


# --- four eyes, allowed signals ---


@pytest.mark.parametrize("approver", ["alice", "operator1"])
def test_neither_the_customer_nor_the_requester_approves(approver: str) -> None:
    order = an_order(requested_by="operator1")

    with pytest.raises(NotAllowed, match="nobody approves their own order"):
        require_four_eyes(order, approver)


def test_somebody_else_may_approve() -> None:
    require_four_eyes(an_order(), "approver1")


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("late", [False, True])
def test_the_allowed_signals_are_those_that_would_be_accepted(
    world: World, workflow: OrderWorkflow, stage: Stage, late: bool
) -> None:
    order = world.place(stage)
    world.clock.advance(APPROVAL_TIMEOUT_MS / 1000 if late else 0)

    accepted = {kind for kind in SignalKind if accepts(workflow, order, a_signal(kind))}

    assert set(allowed_signals(order, world.clock.now())) == accepted


def accepts(workflow: OrderWorkflow, order: Order, signal: Signal) -> bool:
    try:
        workflow.signal(order.order_id, signal)
    except SignalNotAdmitted:
        return False
    return True


def test_nothing_is_worth_sending_to_an_order_that_is_being_cancelled(world: World) -> None:
    order = world.place()
    world.cancel(order)

    assert allowed_signals(world.now(order), world.clock.now()) == ()


# --- heartbeat ---


def test_a_heartbeat_extends_the_wait(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(wait_token=TOKEN)

    workflow.heartbeat(order.order_id)

    assert world.engine.extended == [TOKEN]
    assert world.now(order).looked_at == NOW
    assert world.now(order).approval_deadline == order.approval_deadline


def test_heartbeats_reach_the_engine_at_most_once_a_minute(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)

    for _ in range(13):
        workflow.heartbeat(order.order_id)
        world.clock.advance(10)

    assert len(world.engine.extended) == 3


def test_short_ticks_allow_more_frequent_heartbeats(world: World, workflow: OrderWorkflow) -> None:
    impatient = replace(workflow, heartbeat_seconds=10)
    order = world.place(wait_token=TOKEN)

    for _ in range(3):
        impatient.heartbeat(order.order_id)
        world.clock.advance(5)

    assert len(world.engine.extended) == 3


def test_a_heartbeat_without_a_token_is_remembered(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()

    workflow.heartbeat(order.order_id)

    assert world.engine.extended == []
    assert world.now(order).looked_at == NOW


def test_a_heartbeat_that_the_engine_does_not_take_is_survived(
    world: World, workflow: OrderWorkflow, survived: list[OrderError]
) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.unavailable = True

    workflow.heartbeat(order.order_id)

    assert len(survived) == 1


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_APPROVAL}))
def test_only_a_waiting_order_takes_heartbeats(
    world: World, workflow: OrderWorkflow, stage: Stage
) -> None:
    order = world.place(stage)

    with pytest.raises(SignalNotAdmitted, match="does not wait"):
        workflow.heartbeat(order.order_id)


def test_a_heartbeat_for_an_order_that_was_just_approved_writes_nothing(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(wait_token=TOKEN)
    paying = replace(order, stage=Stage.PAYMENT, sequence=order.sequence + 1)
    world.store.before_write = [lambda: world.store.put(paying)]

    workflow.heartbeat(order.order_id)

    assert world.now(order) == paying
    assert world.engine.extended == []


# --- queries ---


def test_a_query_neither_waits_nor_writes(world: World, workflow: OrderWorkflow) -> None:
    order = world.place()

    assert workflow.get_status(order.order_id) == order
    assert (world.store.writes, world.clock.slept) == (0, [])


def test_an_unknown_signal_is_not_found(world: World, workflow: OrderWorkflow) -> None:
    with pytest.raises(SignalNotFound):
        workflow.get_signal(world.place().order_id, "nobody", wait_seconds=5)


def test_an_outcome_is_waited_for_as_long_as_asked(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))

    after = workflow.get_signal(order.order_id, "S", wait_seconds=5)

    assert "S" not in after.outcomes
    assert sum(world.clock.slept) == 5


def test_an_outcome_ends_the_wait(world: World, workflow: OrderWorkflow) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))
    settled = replace(order, applied=1, outcomes={"S": "stale"})
    world.clock.during_sleep = lambda: world.store.put(settled)

    after = workflow.get_signal(order.order_id, "S", wait_seconds=5)

    assert after.outcomes == {"S": "stale"}
    assert world.clock.slept == [0.25]


def test_without_a_wish_to_wait_the_answer_comes_at_once(
    world: World, workflow: OrderWorkflow
) -> None:
    order = world.place(inbox=(a_signal(signal_id="S"),))

    workflow.get_signal(order.order_id, "S")

    assert world.clock.slept == []


def test_lists_and_timelines_come_from_the_store(world: World, workflow: OrderWorkflow) -> None:
    order, _ = workflow.start(REQUEST, a_key())
    world.place(Stage.PAYMENT, customer_id="bob")

    page = workflow.list_orders(stage=None, customer_id="alice", limit=10, cursor=None)

    assert page.orders == (order,)
    assert [event.kind for event in workflow.timeline(order.order_id)] == ["order-placed"]
