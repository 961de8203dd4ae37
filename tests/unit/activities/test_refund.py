import pytest

from lambdas.activities.approval import apply_signals
from lambdas.activities.inventory import release_stock
from lambdas.activities.order_status import close_order
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentMismatch,
    PaymentPending,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.payments import DisputeState, Payment
from lambdas.domain.record.changes import BANK_PAUSE_MS
from lambdas.domain.record.ledger import PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.compensation import FAILED_LOOK_UP_PAUSE_MS
from lambdas.domain.steps.settlement import LOOK_UP_PAUSE_MS
from tests.support.fakes.fake_payments import Book, FakePayments
from tests.support.world import World


def key(order: Order) -> str:
    return f"pay:{order.order_id}"


class OtherAmount(FakePayments):
    """A provider that captures another sum than it was asked for."""

    def __init__(self, captured_minor: int) -> None:
        super().__init__()
        self._captured = Money(captured_minor, "EUR")

    def amount_to_capture(self, book: Book) -> Money:
        return self._captured


def test_a_capture_that_lands_before_the_payment_is_voided_is_refunded_by_the_takeover(
    world: World,
) -> None:
    order = world.prepare_payment(world.place(Stage.PAYMENT, total=4200))
    world.payments.capture(key(order))

    world.run(refund_payment, order, failure="States.Timeout")

    after = world.now(order)
    assert after.last_error == "States.Timeout"
    assert after.ledger[PAY].refunded_minor == 4200
    assert world.payments.net_minor(key(order)) == 0


@pytest.mark.parametrize("captured", [4000, 4400])
def test_a_captured_amount_that_differs_from_the_approved_one_is_refunded_in_full(
    world: World, captured: int
) -> None:
    world.payments = world.deps.payments = OtherAmount(captured)
    order = world.place(Stage.PAYMENT, total=4200)

    for _ in range(2):
        with pytest.raises(PaymentMismatch, match=rf"captured {captured // 100}\.00 EUR instead"):
            world.run(process_payment, order)
    assert not world.now(order).charged
    world.compensate(order, failure="PaymentMismatch: …")

    after = world.now(order)
    assert after.stage is Stage.FAILED
    assert after.ledger[PAY].refunded_minor == captured
    assert world.payments.payments[key(order)].refunds == {f"refund:{order.order_id}": captured}


@pytest.mark.parametrize(("by_hand", "ours"), [(300, [3900]), (4200, [])])
def test_an_amount_refunded_by_hand_is_not_refunded_again(
    world: World, by_hand: int, ours: list[int]
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    world.cancel(order)
    world.payments.refund("by hand", key(order), Money(by_hand, "EUR"))

    world.compensate(order)

    after = world.now(order)
    assert after.stage is Stage.CANCELLED
    assert after.ledger[PAY].refunded_minor == 4200
    assert list(world.payments.payments[key(order)].refunds.values()) == [by_hand, *ours]
    assert world.problems() == []


def test_a_refund_by_hand_between_two_attempts_leaves_the_rest_to_the_second(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    world.cancel(order)
    world.payments.payments[key(order)].method = "pm_refund_fails_1"

    with pytest.raises(ProviderUnavailable):
        world.run(refund_payment, order)
    world.payments.payments[key(order)].refunds["by hand"] = 300
    world.run(refund_payment, order)

    assert world.payments.payments[key(order)].refunds == {
        "by hand": 300,
        f"refund:{order.order_id}:1": 3900,
    }
    assert world.now(order).ledger[PAY].state is EffectState.UNDONE


def test_refunding_an_order_that_never_paid_is_a_success(world: World) -> None:
    order = world.place(Stage.AWAITING_APPROVAL)

    world.run(refund_payment, order, failure="InsufficientStock: none")

    after = world.now(order)
    assert (after.stage, after.last_error) == (Stage.COMPENSATING, "InsufficientStock: none")
    assert world.payments.calls == []


def test_a_payment_that_is_prepared_but_not_captured_is_voided_and_not_refunded(
    world: World,
) -> None:
    order = world.prepare_payment(world.place(Stage.PAYMENT))

    world.run(refund_payment, order)

    assert world.payments.calls == [f"void {key(order)}"]
    assert world.now(order).ledger[PAY].refunded_minor == 0


def test_a_failed_step_does_not_turn_a_charged_order_back(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)

    world.run(refund_payment, order, failure="InsufficientStock: none left")

    assert world.now(order) == order
    assert world.payments.calls == []


def test_a_free_order_never_reaches_the_provider(world: World) -> None:
    order = world.place(Stage.PAYMENT, total=0)

    world.run(process_payment, order)
    assert world.now(order).charged
    world.cancel(order)
    world.run(refund_payment, order)

    assert world.payments.calls == []
    paid = world.now(order).ledger[PAY]
    assert (paid.state, paid.refunded_minor) == (EffectState.UNDONE, 0)


def test_a_cancel_of_a_pending_payment_refunds_it_when_it_settles(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
    with pytest.raises(PaymentPending):
        world.run(process_payment, order)
    world.cancel(order)
    answer = world.compensate(order)
    assert answer == {"stage": "compensating", "outcome": "pending", "result": None}

    world.payments.payments[key(order)].take(Money(4200, "EUR"))
    world.compensate(order)

    assert world.now(order).stage is Stage.CANCELLED
    assert world.payments.net_minor(key(order)) == 0
    assert world.problems() == []


@pytest.mark.parametrize("total", [1, 4200])
def test_a_pending_refund_keeps_the_order_open_and_is_not_repeated(
    world: World, total: int
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=total)
    book = world.payments.payments[key(order)]
    book.method = "pm_refund_pending"
    world.cancel(order)

    for _ in range(2):
        world.run(refund_payment, order)
        assert world.now(order).settling is not None
    assert book.pending_minor == total
    book.pending_minor, book.refunds["settled"] = 0, total
    world.run(refund_payment, order)

    assert world.now(order).ledger[PAY].refunded_minor == total


def test_a_refund_that_is_pending_at_its_deadline_is_stuck_until_it_settles(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    book.method = "pm_refund_pending"
    world.cancel(order)
    world.run(refund_payment, order)
    world.run(release_stock, order)
    world.clock.advance(seconds=world.deps.settings.settlement_timeout_seconds)

    with pytest.raises(PaymentUnsettled, match=r"^the refund is pending for too long$"):
        world.run(refund_payment, order)
    assert world.run(close_order, order)["outcome"] == "compensation-stuck"
    assert world.operations.stuck == [(order.order_id, ("pay",))]

    book.settle()
    world.run(refund_payment, order)
    assert world.run(close_order, order)["stage"] == "cancelled"


@pytest.mark.parametrize(
    ("end", "lost", "refunded"),
    [
        (DisputeState.LOST, 4200, 0),
        (DisputeState.LOST, 1000, 3200),
        (DisputeState.WON, 4200, 4200),
        (DisputeState.INQUIRY, 4200, 4200),
    ],
    ids=["lost", "lost in part", "won", "an inquiry"],
)
def test_a_cancelled_order_is_refunded_what_no_dispute_returned(
    world: World, end: DisputeState, lost: int, refunded: int
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    world.cancel(order)
    if end is not DisputeState.INQUIRY:
        book.dispute(DisputeState.OPEN, lost)
        world.run(refund_payment, order)
        assert world.now(order).refund_pending_until is not None
        assert book.refunds == {}, "the bank may still return the money"

    book.dispute(end, lost)
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, order)

    after = world.now(order)
    assert (after.stage, after.ledger[PAY].refunded_minor) == (Stage.CANCELLED, refunded)
    assert sum(book.refunds.values()) == refunded
    kinds = [event.kind for event in world.store.timeline(order.order_id)]
    assert "payment-refunded" in kinds
    assert world.problems() == []


def test_an_order_that_waits_for_a_bank_for_weeks_is_tried_and_reported_daily(
    world: World,
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    world.cancel(order)
    book.dispute(DisputeState.OPEN, 4200)
    world.deps.payment_reports.receive(key(order))
    for activity in (refund_payment, release_stock):
        world.run(activity, order)
    world.clock.advance(seconds=world.deps.settings.settlement_timeout_seconds)

    for day in range(1, 5):
        current = world.now(order)
        with pytest.raises(PaymentUnsettled):
            world.run(refund_payment, current)
        assert world.run(close_order, current)["outcome"] == "compensation-stuck"
        world.engine.end(current, ExecutionStatus.FAILED)
        assert world.now(order).next_check_at == world.clock.now() + BANK_PAUSE_MS
        world.clock.advance(seconds=BANK_PAUSE_MS / 1000)
        assert world.deps.janitor_sweep.run() == {"taken-over": 1}, day

    assert world.operations.stuck == 4 * [(order.order_id, ("pay",))]
    assert world.operations.takeovers == []
    assert book.refunds == {}

    book.dispute(DisputeState.WON, 4200)
    world.deps.payment_reports.receive(key(order))
    current = world.now(order)
    world.run(refund_payment, current)
    assert world.run(close_order, current)["stage"] == "cancelled"
    assert world.problems() == []


def test_a_look_up_of_a_pending_refund_that_fails_is_repeated_after_a_pause(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    world.payments.payments[key(order)].method = "pm_refund_pending"
    world.cancel(order)
    for activity in (refund_payment, release_stock, close_order):
        world.run(activity, order)
    first = world.now(order).wait_ends_at or 0
    assert first == world.clock.now() + LOOK_UP_PAUSE_MS

    def fails(reference: str) -> Payment:
        raise ProviderUnavailable(f"the payment provider is unavailable: {reference}")

    world.payments.void = fails  # type: ignore[method-assign]
    world.clock.advance(seconds=LOOK_UP_PAUSE_MS / 1000)
    with pytest.raises(ProviderUnavailable):
        world.run(refund_payment, order)
    assert world.run(close_order, order)["outcome"] == "pending"
    paused = world.now(order)
    assert paused.wait_ends_at == world.clock.now() + FAILED_LOOK_UP_PAUSE_MS

    assert world.run(close_order, order)["outcome"] == "pending"
    assert world.now(order) == paused

    world.payments.payments[key(order)].settle()
    world.deps.payment_reports.receive(key(order))
    assert world.now(order).notified
    with pytest.raises(ProviderUnavailable):
        world.run(refund_payment, order)
    world.run(close_order, order)
    assert world.run(apply_signals, order)["decision"] == "wait"


def test_a_pending_refund_that_the_provider_no_longer_knows_is_stuck_if_an_operator_repeats_it(
    world: World,
) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    world.payments.payments[key(order)].method = "pm_refund_pending"
    world.cancel(order)
    assert world.compensate(order)["outcome"] == "pending"

    def closed(reference: str) -> Payment:
        raise LedgerMismatch(f"the account of {reference} is closed")

    world.payments.void = closed  # type: ignore[method-assign]
    current = world.deps.janitor.compensate(order.order_id)
    with pytest.raises(LedgerMismatch):
        world.run(refund_payment, current)

    assert world.run(close_order, current)["outcome"] == "compensation-stuck"


def test_a_refund_that_failed_is_made_again_under_another_id(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE, total=4200)
    book = world.payments.payments[key(order)]
    book.method = "pm_refund_rejected"
    world.cancel(order)
    with pytest.raises(ProviderUnavailable, match="the refund failed: the bank refused"):
        world.run(refund_payment, order)

    book.method = "pm_ok"
    world.run(refund_payment, order)

    assert book.refunds == {f"refund:{order.order_id}:1": 4200}


def test_a_payment_of_a_version_without_references_is_known_by_its_key(world: World) -> None:
    order = world.place(Stage.PAYMENT, total=4200)
    world.payments.charge(key(order), order.total)

    world.run(refund_payment, order, failure="States.Timeout")

    assert world.now(order).ledger[PAY].refunded_minor == 4200
    assert world.payments.net_minor(key(order)) == 0
