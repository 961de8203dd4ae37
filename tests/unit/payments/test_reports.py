"""Reports of the payment provider about payments that changed."""

import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.activities.payment import process_payment
from lambdas.domain.errors import PaymentPending, PaymentUnsettled
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.payment_reports import ReportAction
from tests.support.world import World


def key(order: Order) -> str:
    return f"pay:{order.order_id}"


def a_pending_payment(world: World) -> Order:
    """An order whose execution waits for the provider."""
    order = world.place(Stage.PAYMENT, payment_method="pm_processing", total=4200)
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


def test_a_report_of_a_payment_that_did_not_change_has_no_effect(world: World) -> None:
    order = a_pending_payment(world)

    assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING

    assert world.engine.rung == []
    assert world.now(order) == order


def test_reports_that_are_repeated_or_late_have_no_effect(world: World) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()
    world.run(process_payment, order)
    captured = world.now(order)

    for _ in range(2):
        assert world.deps.payment_reports.receive(key(order)) is ReportAction.NOTHING

    assert world.now(order) == captured


def test_a_report_of_an_unknown_payment_or_order_is_ignored(world: World) -> None:
    world.payments.charge("pay:01J0000000000000000000000Z", Money(1, "EUR"))
    world.payments.charge("gift:01J0000000000000000000000Z", Money(1, "EUR"))

    for reference in ("pi_1", "pay:01J0000000000000000000000Z", "gift:01J0000000000000000000000Z"):
        assert world.deps.payment_reports.receive(reference) is ReportAction.UNKNOWN


def test_a_report_of_a_payment_that_the_order_never_captured_is_ignored(world: World) -> None:
    order = a_pending_payment(world)
    unused = world.payments.charge(key(order), Money(4200, "EUR"))

    assert world.deps.payment_reports.receive(unused) is ReportAction.UNKNOWN


def test_a_provider_that_does_not_answer_reports_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_pending_payment(world)

    def no_answer(reference: str) -> None:
        raise PaymentUnsettled("no answer")

    monkeypatch.setattr(world.payments, "look_up", no_answer)

    with pytest.raises(PaymentUnsettled):
        world.deps.payment_reports.receive(key(order))


def test_a_lost_doorbell_is_repeated_by_the_janitor(world: World) -> None:
    order = a_pending_payment(world)
    world.payments.payments[key(order)].settle()
    world.engine.unavailable = True
    assert world.deps.payment_reports.receive(key(order)) is ReportAction.RECORDED

    world.engine.unavailable = False
    world.clock.advance(seconds=60)

    assert world.deps.janitor.sweep() == {"rung": 1}


def test_an_order_that_waits_for_its_provider_is_not_checked(world: World) -> None:
    a_pending_payment(world)
    world.clock.advance(seconds=3600)

    assert world.deps.janitor.sweep() == {}
