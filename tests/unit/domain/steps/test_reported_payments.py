"""Debts and disputes that the provider reports, as entries of the ledger."""

from dataclasses import replace

import pytest

from lambdas.domain.payments import Payment, PaymentState
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import DEBT, DISPUTE, Effect, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.reported_payments import record_debt, record_dispute, settle_debt
from tests.support.builders import an_order
from tests.support.fake_clock import NOW

LATER = NOW + 60_000


def a_payment(*, refunded: int = 0, pending: int = 0, disputed: bool = False) -> Payment:
    """A captured payment of 42 EUR."""
    return Payment(
        state=PaymentState.CAPTURED,
        amount=Money(4200, "EUR"),
        captured_minor=4200,
        refunded_minor=refunded,
        refund_pending_minor=pending,
        disputed=disputed,
    )


def recorded(made: Change | None) -> Order:
    assert made is not None
    return made.after


@pytest.mark.parametrize(
    ("refunded", "pending", "owed"),
    [(0, 0, 4200), (1200, 0, 3000), (0, 200, 4000), (200, 1000, 3000)],
)
def test_a_debt_is_what_is_neither_refunded_nor_about_to_be(
    refunded: int, pending: int, owed: int
) -> None:
    order = an_order(Stage.CANCELLED, next_check_at=LATER, start_pending=True)

    made = record_debt(order, NOW, a_payment(refunded=refunded, pending=pending))

    after = recorded(made)
    key = f"debt:{order.order_id}"
    entry = Effect(key=key, state=EffectState.INTENT, at=NOW, amount_minor=owed)
    assert after.ledger[DEBT] == entry
    assert (after.stage, after.next_check_at) == (Stage.CANCELLED, LATER)
    assert after.start_pending, "the write is not the execution's"
    assert made is not None
    assert [(e.kind, e.detail) for e in made.events] == [("refund-failed", {"amount_minor": owed})]


@pytest.mark.parametrize(("refunded", "pending"), [(4200, 0), (0, 4200), (4000, 200)])
def test_without_an_open_amount_there_is_no_debt(refunded: int, pending: int) -> None:
    payment = a_payment(refunded=refunded, pending=pending)

    assert record_debt(an_order(Stage.CANCELLED), NOW, payment) is None


def test_a_refunded_debt_keeps_its_amount() -> None:
    order = recorded(record_debt(an_order(Stage.CANCELLED), NOW, a_payment(refunded=1200)))

    made = settle_debt(order, LATER, a_payment(refunded=4200))

    entry = recorded(made).ledger[DEBT]
    assert (entry.state, entry.at, entry.amount_minor) == (EffectState.UNDONE, LATER, 3000)
    assert made is not None
    assert [(e.kind, e.detail) for e in made.events] == [("debt-refunded", {"amount_minor": 3000})]


def test_a_debt_that_grows_again_is_recorded_at_its_new_time() -> None:
    order = recorded(record_debt(an_order(Stage.CANCELLED), NOW, a_payment(refunded=1200)))

    known = replace(order.ledger[DEBT], error="ProviderUnavailable")
    order = order.with_effect(DEBT, known)

    entry = recorded(record_debt(order, LATER, a_payment())).ledger[DEBT]

    assert entry == replace(known.moved(EffectState.INTENT, LATER), amount_minor=4200)


def test_a_dispute_is_recorded_once_with_the_captured_amount() -> None:
    order = an_order(Stage.COMPLETED)
    assert record_dispute(order, NOW, a_payment()) is None

    after = recorded(record_dispute(order, NOW, a_payment(disputed=True)))

    assert after.ledger[DISPUTE].key == f"dispute:{order.order_id}"
    assert after.ledger[DISPUTE].amount_minor == 4200
    assert record_dispute(after, LATER, a_payment(disputed=True)) is None
