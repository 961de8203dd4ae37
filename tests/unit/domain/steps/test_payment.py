from dataclasses import replace

import pytest

from lambdas.domain.errors import OrderMovedOn, PaymentMismatch
from lambdas.domain.record.ledger import PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.steps.payment import approved_amount, record_charge, require_approved
from tests.support.builders import a_line, an_order
from tests.support.fake_clock import NOW


def test_the_amount_is_the_one_that_was_approved_whatever_the_lines_say() -> None:
    order = an_order(Stage.PAYMENT, total=4200)

    changed = replace(order, items=(a_line(quantity=9),))

    assert approved_amount(changed) == Money(4200, "EUR")


def test_without_an_approval_there_is_no_amount() -> None:
    with pytest.raises(OrderMovedOn, match="no payment was approved"):
        approved_amount(an_order())


def test_an_intent_without_an_amount_is_no_approval() -> None:
    order = an_order(Stage.PAYMENT)

    with pytest.raises(OrderMovedOn):
        approved_amount(order.with_effect(PAY, replace(order.ledger[PAY], amount_minor=None)))


@pytest.mark.parametrize("captured", [Money(4199, "EUR"), Money(4201, "EUR"), Money(4200, "USD")])
def test_another_amount_than_the_approved_one_is_never_accepted(captured: Money) -> None:
    order = an_order(Stage.PAYMENT, total=4200)

    require_approved(order, Money(4200, "EUR"))
    with pytest.raises(PaymentMismatch, match=rf"captured {captured} instead of 42\.00 EUR"):
        require_approved(order, captured)


@pytest.mark.parametrize("cancelled_at", [None, NOW])
def test_a_capture_is_recorded_even_if_a_cancel_is_pending(cancelled_at: int | None) -> None:
    order = an_order(Stage.PAYMENT, total=4200, cancel_requested_at=cancelled_at)

    made = record_charge(order, NOW)

    assert made is not None
    assert made.after.charged
    assert made.after.stage is Stage.STATUS_UPDATE
    assert made.after.ledger[PAY].state is EffectState.DONE
    assert [(e.kind, e.detail) for e in made.events] == [
        ("payment-captured", {"amount_minor": 4200})
    ]


def test_a_capture_is_recorded_once() -> None:
    assert record_charge(an_order(Stage.STATUS_UPDATE), NOW) is None


@pytest.mark.parametrize("stage", sorted(set(Stage) - PAYING))
def test_an_order_that_no_longer_pays_records_no_capture(stage: Stage) -> None:
    with pytest.raises(OrderMovedOn):
        record_charge(an_order(stage, charged=False), NOW)
