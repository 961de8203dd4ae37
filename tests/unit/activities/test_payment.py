from dataclasses import replace
from functools import partial

import pytest

from lambdas.activities.payment import process_payment
from lambdas.domain.errors import (
    OrderCancelled,
    OrderMovedOn,
    PaymentDeclined,
    PaymentMismatch,
    PaymentPending,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import Payment, PaymentState, Pending
from lambdas.domain.record.ledger import LOOK_UP_NOW, PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.payment import payment_request
from lambdas.domain.steps.settlement import notify_if_settled
from tests.support.fakes.fake_clock import NOW
from tests.support.world import World


def key(order: Order) -> str:
    return f"pay:{order.order_id}"


def test_a_declined_payment_captures_nothing_and_changes_nothing(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_insufficient_funds")

    with pytest.raises(PaymentDeclined, match="insufficient funds"):
        world.run(process_payment, order)

    after = world.now(order)
    assert (after.stage, after.charged) == (Stage.PAYMENT, False)
    assert world.problems() == []


def test_after_a_charge_without_an_answer_the_payment_is_looked_up_and_not_charged_again(
    world: World,
) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_slow", total=4200)

    with pytest.raises(PaymentUnsettled):
        world.run(process_payment, order)
    assert world.now(order).ledger[PAY].state is EffectState.INTENT
    world.run(process_payment, order)

    assert world.payments.net_minor(key(order)) == 4200
    assert world.now(order).charged
    assert world.problems() == []


def test_a_flaky_provider_is_a_transient_error_until_it_works(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_flaky_2")

    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            world.run(process_payment, order)
    world.run(process_payment, order)

    assert world.now(order).charged
    assert world.payments.calls == [
        f"prepare {key(order)}",
        f"capture {key(order)}",
        *[f"look up {key(order)}", f"capture {key(order)}"] * 2,
    ]


def test_a_charged_order_is_not_sent_to_the_provider_again(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)

    world.run(process_payment, order)

    assert world.payments.calls == []


def test_without_an_approval_nothing_is_charged(world: World) -> None:
    order = world.place(Stage.AWAITING_APPROVAL)

    with pytest.raises(OrderMovedOn):
        world.run(process_payment, order)

    assert world.payments.calls == []


@pytest.mark.parametrize("captured", [Money(4000, "EUR"), Money(4200, "USD")])
def test_another_amount_that_an_earlier_attempt_captured_is_a_business_reason(
    world: World, captured: Money
) -> None:
    """Without one the order would pause for ever, with the customer's money."""
    order = world.prepare_payment(world.place(Stage.PAYMENT, total=4200))
    world.payments.payments[key(order)].take(captured)

    with pytest.raises(PaymentMismatch, match="instead of 42"):
        world.run(process_payment, order)


def test_the_reference_is_on_the_ledger_before_any_money_moves(world: World) -> None:
    order = world.place(Stage.PAYMENT)
    moved: list[bool] = []
    world.store.before_write = [lambda: moved.append(world.payments.captures(key(order)) != [])]

    world.run(process_payment, order)

    assert moved == [False]
    assert world.now(order).ledger[PAY].reference == key(order)


def test_a_cancel_before_the_reference_is_written_leaves_the_payment_unused(world: World) -> None:
    order = world.place(Stage.PAYMENT)
    world.store.before_write = [lambda: world.cancel(order)]

    with pytest.raises(OrderCancelled):
        world.run(process_payment, order)

    assert world.payments.calls == [f"prepare {key(order)}"]
    assert world.problems() == []


def test_two_attempts_that_prepare_at_the_same_time_capture_the_recorded_payment_once(
    world: World,
) -> None:
    order = world.place(Stage.PAYMENT, total=4200)
    world.store.before_write = [lambda: world.run(process_payment, order)]

    world.run(process_payment, order)

    assert len(world.payments.payments) == 2
    assert len(world.payments.captures(key(order))) == 1
    assert world.problems() == []


def test_an_expired_key_captures_nothing_twice(world: World) -> None:
    """The first attempt prepared a payment and died before its reference was written."""
    order = world.place(Stage.PAYMENT)
    world.payments.prepare(payment_request(order))

    world.run(process_payment, order)

    assert world.now(order).ledger[PAY].reference == f"{key(order)}#2"
    assert len(world.payments.captures(key(order))) == 1


def test_a_pending_payment_is_looked_up_until_it_is_captured(world: World) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
    for _ in range(2):
        with pytest.raises(PaymentPending, match="the payment is pending"):
            world.run(process_payment, order)

    world.payments.payments[key(order)].take(Money(4200, "EUR"))
    world.deps.payment_reports.receive(key(order))
    world.run(process_payment, order)

    assert world.now(order).charged
    assert world.payments.calls.count(f"capture {key(order)}") == 1


def test_a_pending_payment_is_looked_up_when_the_provider_named_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.PAYMENT)
    monkeypatch.setattr(world.payments, "capture", lambda reference: Pending(NOW + 60_000))

    for _ in range(2):
        with pytest.raises(PaymentPending):
            world.run(process_payment, order)

    pending = world.now(order).ledger[PAY]
    timeout_ms = world.deps.settings.settlement_timeout_seconds * 1000
    assert (pending.look_up_at, pending.pending_until) == (NOW + 60_000, NOW + timeout_ms)


def test_a_report_that_arrives_during_a_look_up_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.PAYMENT, payment_method="pm_processing")
    with pytest.raises(PaymentPending):
        world.run(process_payment, order)
    seen = world.payments.look_up(key(order))

    def look_up(reference: str) -> Payment:
        settled = replace(seen, state=PaymentState.CAPTURED)
        notify = partial(notify_if_settled, payment=settled)
        world.deps.orders.change(order.order_id, notify)
        return replace(seen, until=NOW + 300_000)

    monkeypatch.setattr(world.payments, "look_up", look_up)
    with pytest.raises(PaymentPending):
        world.run(process_payment, order)

    assert world.now(order).ledger[PAY].look_up_at == LOOK_UP_NOW
