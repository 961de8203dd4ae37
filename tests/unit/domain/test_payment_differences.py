"""The comparison of an order with its payment at the provider."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.payment_differences import (
    NOT_REPORTED,
    DifferenceKind,
    find_differences,
    payment_reference,
)
from lambdas.domain.payments import Dispute, DisputeState, Payment, PaymentState
from lambdas.domain.record.ledger import DEBT, PAY, Effect, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.domain.steps.reported_payments import record_debt, record_disputes
from tests.support.builders import a_settlement, an_order
from tests.support.fakes.fake_clock import NOW

REFERENCE = "pi_1"
UNPAID = sorted(ENDS - {Stage.COMPLETED})
Kind = DifferenceKind
A_DISPUTE = Dispute(dispute_id="dp_1", state=DisputeState.OPEN, amount_minor=2500)
LOST = replace(A_DISPUTE, state=DisputeState.LOST)


def an_order_with_payment(stage: Stage, amount_minor: int = 2500, **changes: object) -> Order:
    """An order at a stage whose payment is on its ledger."""
    state = EffectState.DONE if stage is Stage.COMPLETED else EffectState.UNDONE
    entry = Effect(key="pay:O1", state=state, at=NOW, amount_minor=amount_minor)
    order = an_order(stage, order_id="O1", **changes)
    return order.with_effect(PAY, replace(entry, reference=REFERENCE))


def a_payment(captured_minor: int = 2500, refunded_minor: int = 0, **fields: object) -> Payment:
    state = PaymentState.CAPTURED if captured_minor else PaymentState.VOIDED
    known: dict[str, object] = {"state": state, "amount": Money(2500, "EUR"), "key": "pay:O1"}
    amounts = {"captured_minor": captured_minor, "refunded_minor": refunded_minor}
    return Payment(**(known | amounts | fields))  # type: ignore[arg-type]


def differences(stage: Stage, payment: Payment | None) -> set[Kind]:
    return set(find_differences(an_order_with_payment(stage), REFERENCE, payment))


def test_a_completed_order_agrees_with_the_captured_amount() -> None:
    assert differences(Stage.COMPLETED, a_payment()) == set()


@pytest.mark.parametrize("stage", UNPAID)
@pytest.mark.parametrize(
    "payment",
    [
        a_payment(0),
        a_payment(0, state=PaymentState.DECLINED),
        a_payment(2500, 2500),
        a_payment(2500, 0, refund_pending_minor=2500),
        a_payment(9900, 9900),
    ],
    ids=["voided", "declined", "refunded", "refund pending", "another amount, refunded"],
)
def test_an_order_that_ended_unpaid_agrees_if_nothing_is_owed(
    stage: Stage, payment: Payment
) -> None:
    assert differences(stage, payment) == set()


@pytest.mark.parametrize(
    ("payment", "kinds"),
    [
        (None, {Kind.MISSING_PAYMENT}),
        (a_payment(0), {Kind.NOT_CAPTURED}),
        (a_payment(0, state=PaymentState.PENDING), {Kind.NOT_CAPTURED}),
        (a_payment(2499), {Kind.OTHER_AMOUNT}),
        (a_payment(2501), {Kind.OTHER_AMOUNT}),
        (a_payment(amount=Money(2500, "USD")), {Kind.OTHER_AMOUNT}),
        (a_payment(2500, 1), {Kind.REFUNDED}),
        (a_payment(2500, 0, refund_pending_minor=2500), {Kind.REFUNDED}),
        (a_payment(2500, 2501), {Kind.REFUNDED, Kind.REFUNDED_TOO_MUCH}),
        (a_payment(disputes=(A_DISPUTE,)), {Kind.DISPUTE_NOT_RECORDED}),
    ],
)
def test_a_completed_order_differs(payment: Payment | None, kinds: set[Kind]) -> None:
    assert differences(Stage.COMPLETED, payment) == kinds


@pytest.mark.parametrize("stage", UNPAID)
@pytest.mark.parametrize(
    ("payment", "kinds"),
    [
        (None, {Kind.MISSING_PAYMENT}),
        (a_payment(0, state=PaymentState.PREPARED), {Kind.NOT_VOIDED}),
        (a_payment(0, state=PaymentState.PENDING), {Kind.NOT_VOIDED}),
        (a_payment(), {Kind.DEBT_NOT_RECORDED}),
        (a_payment(2500, 2499), {Kind.DEBT_NOT_RECORDED}),
        (a_payment(2500, 2501), {Kind.REFUNDED_TOO_MUCH}),
        (a_payment(2500, 2500, disputes=(A_DISPUTE,)), {Kind.DISPUTE_NOT_RECORDED}),
        (
            a_payment(disputes=(A_DISPUTE,)),
            {Kind.DEBT_NOT_RECORDED, Kind.DISPUTE_NOT_RECORDED},
        ),
        (a_payment(disputes=(LOST,)), {Kind.DISPUTE_NOT_RECORDED}),
        (
            a_payment(2500, 1, disputes=(LOST,)),
            {Kind.DISPUTE_NOT_RECORDED, Kind.REFUNDED_TOO_MUCH},
        ),
    ],
)
def test_an_order_that_ended_unpaid_differs(
    stage: Stage, payment: Payment | None, kinds: set[Kind]
) -> None:
    assert differences(stage, payment) == kinds


def test_a_recorded_debt_agrees_until_it_is_refunded() -> None:
    order = an_order_with_payment(Stage.CANCELLED)
    change = record_debt(order, NOW, a_payment())
    assert change is not None

    assert find_differences(change.after, REFERENCE, a_payment()) == ()
    refunded = find_differences(change.after, REFERENCE, a_payment(2500, 2500))
    assert refunded == (Kind.DEBT_REFUNDED,)
    assert change.after.ledger[DEBT].state is EffectState.INTENT


def test_a_recorded_dispute_agrees_until_the_bank_decides() -> None:
    disputed = a_payment(disputes=(A_DISPUTE,))
    change = record_disputes(an_order_with_payment(Stage.COMPLETED), NOW, disputed)
    assert change is not None

    assert find_differences(change.after, REFERENCE, disputed) == ()
    lost = a_payment(disputes=(LOST,))
    assert find_differences(change.after, REFERENCE, lost) == (Kind.DISPUTE_NOT_RECORDED,)


def test_money_that_was_returned_outside_the_provider_counts() -> None:
    settlement = a_settlement(amount_minor=2500, confirmed_at=NOW)
    order = an_order_with_payment(Stage.CANCELLED, settlement=settlement)

    assert find_differences(order, REFERENCE, a_payment()) == ()
    twice = find_differences(order, REFERENCE, a_payment(2500, 2500))
    assert twice == (Kind.REFUNDED_TOO_MUCH,)


@pytest.mark.parametrize("stage", sorted(set(Stage) - ENDS - {Stage.NOTIFY}))
def test_an_open_order_is_not_compared(stage: Stage) -> None:
    assert differences(stage, a_payment(9900, 100, disputes=(A_DISPUTE,))) == set()


@pytest.mark.parametrize("order", [None, an_order(), an_order_with_payment(Stage.PAYMENT)])
def test_captured_money_that_no_order_has_is_a_difference(order: Order | None) -> None:
    assert find_differences(order, "pi_2", a_payment()) == (Kind.UNKNOWN_PAYMENT,)
    assert find_differences(order, "pi_2", a_payment(2500, 2500)) == (Kind.UNKNOWN_PAYMENT,)
    assert find_differences(order, "pi_2", a_payment(0)) == ()
    assert find_differences(order, "pi_2", None) == ()


def test_a_version_that_recorded_no_reference_used_the_key() -> None:
    order = an_order_with_payment(Stage.COMPLETED)
    old = order.with_effect(PAY, replace(order.ledger[PAY], reference=None))

    assert payment_reference(order) == REFERENCE
    assert payment_reference(old) == "pay:O1"
    assert find_differences(old, "pay:O1", a_payment()) == ()


@pytest.mark.parametrize(
    "order",
    [
        an_order(),
        an_order_with_payment(Stage.COMPLETED, 0),
        an_order(Stage.CANCELLED).with_effect(
            PAY, Effect(key="pay:O1", state=EffectState.UNDONE, at=NOW, amount_minor=2500)
        ),
    ],
    ids=["never approved", "free", "never prepared"],
)
def test_an_order_without_a_payment_at_the_provider_has_no_reference(order: Order) -> None:
    assert payment_reference(order) is None


@given(
    stage=st.sampled_from(sorted(ENDS)),
    captured=st.integers(0, 3000),
    refunded=st.integers(0, 3000),
    pending=st.integers(0, 3000),
)
def test_the_money_agrees_only_if_the_customer_paid_what_the_order_says(
    stage: Stage, captured: int, refunded: int, pending: int
) -> None:
    payment = a_payment(captured, refunded, refund_pending_minor=pending)
    paid = captured - refunded - pending
    expected = 2500 if stage is Stage.COMPLETED else 0

    found = differences(stage, payment)

    if paid != expected:
        assert found
    elif not (refunded or pending):
        assert found == set()
    assert found <= set(Kind) - {Kind.UNKNOWN_PAYMENT, Kind.MISSING_PAYMENT}
    assert not found & NOT_REPORTED or stage is not Stage.COMPLETED
