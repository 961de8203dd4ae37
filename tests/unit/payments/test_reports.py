"""Reports of the payment provider about payments that changed."""

from dataclasses import replace
from functools import partial

import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.domain.errors import OperationsUnavailable, PaymentPending, PaymentUnsettled
from lambdas.domain.payments import DisputeState, Payment
from lambdas.domain.record.ledger import DEBT, DISPUTE, PAY, EffectState, dispute_standing
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import Settled
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.outside_settlement import confirm_settlement, request_settlement
from lambdas.domain.steps.settlement import LOOK_UP_PAUSE_MS
from lambdas.services.payment_reports import MESSAGE_PATIENCE_MS, PATIENCE_MS, ReportAction
from tests.support.builders import a_settlement
from tests.support.raising import raises
from tests.support.world import World


def key(order: Order) -> str:
    return f"pay:{order.order_id}"


def a_pending_payment(world: World) -> Order:
    """An order whose execution waits for the provider, after the second look-up."""
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
    for _ in range(2):
        with pytest.raises(PaymentPending):
            world.run(process_payment, order)
    step = world.run(apply_signals, order)
    assert step["decision"] == "wait"
    world.run(await_signal, order, token="token-1")
    world.engine.start(order)
    world.engine.waiting.add("token-1")
    return world.now(order)


def test_a_report_of_a_settled_payment_wakes_the_order(world: World) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()

    assert world.deps.payment_reports.receive(key(order)) is ReportAction.RECORDED

    assert world.engine.rung == ["token-1"]
    assert world.run(apply_signals, order)["decision"] == "pay"
    world.run(process_payment, order)
    assert world.now(order).charged
    assert world.problems() == []


def test_a_report_of_a_payment_that_did_not_change_reads_the_order_once_without_effect(
    world: World,
) -> None:
    order = a_pending_payment(world)
    actions: list[ReportAction] = []

    def report() -> None:
        actions.append(world.deps.payment_reports.receive(key(order)))

    assert world.reads(report) == 1
    assert actions == [ReportAction.NOTHING]
    assert world.engine.rung == []
    assert world.now(order) == order


def test_all_changes_of_a_report_need_one_more_look_up_and_another_writer_one(
    world: World,
) -> None:
    order = a_cancelled_order(world)
    book = world.payments.payments[key(order)]
    book.refunds = {}
    book.dispute(DisputeState.OPEN, 1000)
    world.payments.calls.clear()

    world.deps.payment_reports.receive(key(order))
    assert {DEBT, DISPUTE} <= world.now(order).ledger.keys()
    assert world.payments.calls == [f"look up {key(order)}"] * 2

    book.dispute(DisputeState.WON, 1000)
    current = world.now(order)
    other = replace(current, sequence=current.sequence + 1)
    world.store.before_write = [lambda: world.store.put(other)]
    world.payments.calls.clear()

    world.deps.payment_reports.receive(key(order))
    assert dispute_standing(world.now(order).ledger) == "won"
    assert world.payments.calls == [f"look up {key(order)}"] * 3


def test_a_report_that_takes_too_long_is_repeated_by_the_provider(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()
    look_up = world.payments.look_up

    def slow(reference: str) -> Payment:
        world.clock.advance(seconds=PATIENCE_MS / 1000 + 1)
        return look_up(reference)

    monkeypatch.setattr(world.payments, "look_up", slow)

    with pytest.raises(PaymentUnsettled, match="the report takes too long"):
        world.deps.payment_reports.receive(key(order))
    assert not world.now(order).notified


@pytest.mark.parametrize("late_ms", [0, 1])
def test_a_message_to_operations_is_sent_while_there_is_time_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch, late_ms: int
) -> None:
    order = a_cancelled_order(world)
    world.payments.payments[key(order)].refunds = {}
    look_up = world.payments.look_up

    def slow(reference: str) -> Payment:
        world.clock.advance(seconds=(MESSAGE_PATIENCE_MS // 2 + late_ms) / 1000)
        return look_up(reference)

    monkeypatch.setattr(world.payments, "look_up", slow)

    if late_ms:
        with pytest.raises(PaymentUnsettled, match="the report takes too long"):
            world.deps.payment_reports.receive(key(order))
    else:
        world.deps.payment_reports.receive(key(order))
    assert (DEBT in world.now(order).ledger) == bool(world.operations.payments) == (not late_ms)


def test_reports_that_are_repeated_or_late_have_no_effect(world: World) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()
    assert world.deps.payment_reports.receive(key(order)) is ReportAction.RECORDED
    world.run(process_payment, order)
    captured = world.now(order)

    for _ in range(2):
        assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING

    assert world.now(order) == captured


@pytest.mark.parametrize("reported", [False, True])
def test_a_late_attempt_leaves_a_settled_payment_to_the_execution_that_waits(
    world: World, reported: bool
) -> None:
    order = a_pending_payment(world)
    world.run(await_signal, order, token="token-2", loops=2)
    world.engine.waiting.add("token-2")
    world.payments.payments[key(order)].settle()
    if reported:
        world.engine.unavailable = True
        world.deps.payment_reports.receive(key(order))
        world.engine.unavailable = False

    with raises(PaymentPending, "the payment is looked up again", order.order_id):
        world.run(process_payment, order, loops=1)

    world.deps.janitor.reconcile(order.order_id)
    assert world.engine.rung == ["token-2"]
    world.run(process_payment, order, loops=3)
    assert world.now(order).charged


def test_a_late_attempt_leaves_a_settled_refund_to_the_execution_that_waits(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    book.method = "pm_refund_pending"
    world.cancel(order)
    world.run(refund_payment, order, loops=1)
    world.run(await_signal, order, token="token-1", loops=2)
    world.engine.start(order)
    world.engine.waiting.add("token-1")
    book.settle()

    world.run(refund_payment, order, loops=1)

    world.deps.janitor.reconcile(order.order_id)
    assert world.engine.rung == ["token-1"]
    world.run(refund_payment, order, loops=3)
    assert world.now(order).ledger[PAY].state is EffectState.UNDONE


def test_a_late_attempt_that_finds_a_payment_pending_leaves_the_wait_as_it_is(
    world: World,
) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
    with pytest.raises(PaymentPending):
        world.run(process_payment, order)
    world.clock.advance(seconds=LOOK_UP_PAUSE_MS / 1000)
    look_up = world.payments.look_up
    waiting: list[Order] = []

    def wait_in_another_attempt(reference: str) -> Payment:
        world.payments.look_up = look_up  # type: ignore[method-assign]
        found = look_up(reference)
        with pytest.raises(PaymentPending):
            world.run(process_payment, order, loops=1)
        world.run(await_signal, order, token="token-2", loops=2)
        waiting.append(world.now(order))
        return found

    world.payments.look_up = wait_in_another_attempt  # type: ignore[method-assign]
    with pytest.raises(PaymentPending):
        world.run(process_payment, order, loops=1)

    assert [world.now(order)] == waiting


def test_a_report_that_comes_before_the_wait_is_recorded_is_not_needed(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
    answers: list[ReportAction] = []

    def report() -> None:
        world.payments.payments[key(order)].settle()
        answers.append(world.deps.payment_reports.receive(key(order)))

    world.store.before_write = [lambda: None, report]
    with pytest.raises(PaymentPending):
        world.run(process_payment, order)
    assert answers == [ReportAction.NOTHING]
    assert world.run(apply_signals, order)["decision"] == "wait"

    world.clock.advance(seconds=LOOK_UP_PAUSE_MS / 1000)
    assert world.run(apply_signals, order)["decision"] == "pay"
    world.run(process_payment, order)

    assert world.now(order).charged


def test_a_report_of_an_unknown_payment_or_order_is_ignored(world: World) -> None:
    world.payments.charge("pay:01J0000000000000000000000Z", Money(1, "EUR"))
    world.payments.charge("gift:01J0000000000000000000000Z", Money(1, "EUR"))

    for reference in ("pi_1", "pay:01J0000000000000000000000Z", "gift:01J0000000000000000000000Z"):
        assert world.deps.payment_reports.receive(reference) is ReportAction.UNKNOWN


def test_a_report_of_a_payment_that_the_order_never_captured_is_ignored(world: World) -> None:
    order = a_pending_payment(world)
    unused = world.payments.charge(key(order), Money(4200, "EUR"))

    assert world.deps.payment_reports.receive(unused) is ReportAction.UNKNOWN


def test_a_payment_that_its_provider_knows_no_longer_is_reported_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()
    look_up = world.payments.look_up

    def known_once(reference: str) -> Payment:
        payment = look_up(reference)
        del world.payments.payments[reference]
        return payment

    monkeypatch.setattr(world.payments, "look_up", known_once)

    message = "known until now: the provider has no payment under this reference"
    with raises(PaymentUnsettled, message):
        world.deps.payment_reports.receive(key(order))
    assert world.deps.payment_reports.receive(key(order)) is ReportAction.UNKNOWN


def a_cancelled_order(world: World) -> Order:
    """An order that was charged and refunded."""
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    world.cancel(order)
    world.compensate(order)
    assert world.now(order).stage is Stage.CANCELLED
    return order


def test_a_refund_that_fails_after_the_end_is_a_debt_until_it_is_made_again(world: World) -> None:
    order = a_cancelled_order(world)
    reference, book = key(order), world.payments.payments[key(order)]
    refunds, book.refunds = book.refunds, {}

    for action in (ReportAction.RECORDED, ReportAction.NOTHING):
        assert world.deps.payment_reports.receive(reference) is action

    owing = world.now(order)
    assert (owing.stage, owing.ledger[DEBT].amount_minor) == (Stage.CANCELLED, 4200)
    assert owing.ledger[DEBT].state is EffectState.INTENT
    assert world.operations.payments == [(order.order_id, "refund-failed", 4200)]

    book.refunds = refunds
    for action in (ReportAction.RECORDED, ReportAction.NOTHING):
        assert world.deps.payment_reports.receive(reference) is action
    assert world.now(order).ledger[DEBT].state is EffectState.UNDONE
    kinds = [event.kind for event in world.store.timeline(order.order_id)]
    assert kinds[-2:] == ["refund-failed", "debt-refunded"]
    assert world.problems() == []


def settle(
    world: World, order: Order, amount_minor: int, settled: Settled = Settled.REFUND_PAID
) -> None:
    """Two operators settle a part of the debt, or a dispute."""
    settlement = a_settlement(
        settlement_id=f"S{amount_minor}", amount_minor=amount_minor, settled=settled
    )
    confirmed = partial(
        confirm_settlement,
        settlement_id=settlement.settlement_id,
        payment=settlement,
        actor=Actor(subject="sub-operator3", name="operator3"),
    )
    world.deps.orders.change(order.order_id, partial(request_settlement, requested=settlement))
    world.deps.orders.change(order.order_id, confirmed)


@pytest.mark.parametrize(
    ("settled", "state"),
    [(Settled.DISPUTE_WON, EffectState.INTENT), (Settled.DISPUTE_LOST, EffectState.UNDONE)],
)
def test_a_refund_that_fails_during_a_dispute_is_owed_unless_the_bank_returns_it(
    world: World, settled: Settled, state: EffectState
) -> None:
    order = a_cancelled_order(world)
    book = world.payments.payments[key(order)]
    book.refunds = {}
    book.dispute(DisputeState.OPEN, 4200)
    world.deps.payment_reports.receive(key(order))

    settle(world, order, 4200, settled)

    assert world.now(order).ledger[DEBT].state is state


def test_a_debt_that_is_settled_in_parts_is_owed_no_longer(world: World) -> None:
    order = a_cancelled_order(world)
    world.payments.payments[key(order)].refunds = {}
    world.deps.payment_reports.receive(key(order))

    settle(world, order, 1200)
    assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING
    assert world.now(order).ledger[DEBT].amount_minor == 3000
    settle(world, order, 3000)

    assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING
    assert world.now(order).ledger[DEBT].state is EffectState.UNDONE


@pytest.mark.parametrize("settled", [Settled.DISPUTE_WON, Settled.DISPUTE_LOST])
@pytest.mark.parametrize("end", [DisputeState.WON, DisputeState.LOST])
def test_a_report_corrects_a_dispute_that_operators_ended_and_nothing_is_returned_twice(
    world: World, settled: Settled, end: DisputeState
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    world.cancel(order)
    book.dispute(DisputeState.OPEN, 1000)
    world.deps.payment_reports.receive(key(order))
    world.run(refund_payment, order)

    settle(world, order, 1000, settled)
    world.run(refund_payment, order)
    assert book.refunds == {}, "the provider knows that the bank has not decided"

    book.dispute(end, 1000)
    world.deps.payment_reports.receive(key(order))
    world.compensate(order)

    assert dispute_standing(world.now(order).ledger) == end
    assert sum(book.refunds.values()) == (4200 if end is DisputeState.WON else 3200)
    assert world.problems() == []


def a_paid_order(world: World) -> Order:
    order = world.place(Stage.COMPLETED, total=4200)
    pay = replace(world.now(order).ledger[PAY], reference=key(order))
    world.store.put(world.now(order).with_effect(PAY, pay))
    return order


@pytest.mark.parametrize(
    ("end", "messages"), [(DisputeState.WON, 0), (DisputeState.LOST, 1)], ids=["won", "lost"]
)
def test_a_dispute_is_recorded_once_until_its_end_and_changes_nothing_else(
    world: World, end: DisputeState, messages: int
) -> None:
    order, before = a_paid_order(world), world.store.timeline
    book, events = world.payments.payments[key(order)], len(before(order.order_id))

    for state in (DisputeState.OPEN, end):
        book.dispute(state, 4200)
        for action in (ReportAction.RECORDED, ReportAction.NOTHING):
            assert world.deps.payment_reports.receive(key(order)) is action

    after = world.now(order)
    assert (after.stage, after.ledger[DISPUTE].amount_minor) == (Stage.COMPLETED, 4200)
    assert dispute_standing(after.ledger) == end
    kinds = [event.kind for event in before(order.order_id)[events:]]
    assert kinds == ["payment-disputed", f"dispute-{end}"]
    opened, lost = ((order.order_id, kind, 4200) for kind in ("payment-disputed", "dispute-lost"))
    assert world.operations.payments == [opened, *[lost] * messages]
    assert world.problems() == []


def test_a_completed_order_that_is_refunded_by_hand_owes_nothing(world: World) -> None:
    order = a_paid_order(world)
    world.payments.payments[key(order)].refunds = {"by hand": 300}

    assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING


def test_a_report_that_operations_cannot_take_is_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_cancelled_order(world)
    world.payments.payments[key(order)].refunds = {}

    def unavailable(*_: object) -> None:
        raise OperationsUnavailable("no answer")

    monkeypatch.setattr(world.operations, "report_payment", unavailable)

    with pytest.raises(OperationsUnavailable):
        world.deps.payment_reports.receive(key(order))
    assert DEBT not in world.now(order).ledger
