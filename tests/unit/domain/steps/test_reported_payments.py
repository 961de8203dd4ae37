"""Debts and disputes that the provider reports, as entries of the ledger."""

from dataclasses import replace

import pytest

from lambdas.domain.payments import Dispute, DisputeState, Payment, PaymentState
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import (
    DEBT,
    DISPUTE,
    Effect,
    EffectState,
    PaymentProblem,
    dispute_standing,
    lost_minor,
    payment_problems,
)
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.reported_payments import record_debt, record_disputes, settle_debt
from tests.support.builders import an_order, made
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 60_000


def a_dispute(state: DisputeState, amount_minor: int = 4200, dispute_id: str = "dp_1") -> Dispute:
    return Dispute(dispute_id=dispute_id, state=state, amount_minor=amount_minor)


def a_payment(*disputes: Dispute, refunded: int = 0, pending: int = 0) -> Payment:
    """A captured payment of 42 EUR."""
    return Payment(
        state=PaymentState.CAPTURED,
        amount=Money(4200, "EUR"),
        captured_minor=4200,
        refunded_minor=refunded,
        refund_pending_minor=pending,
        disputes=disputes,
    )


@pytest.mark.parametrize(
    ("refunded", "pending", "owed"),
    [(0, 0, 4200), (1200, 0, 3000), (0, 200, 4000), (200, 1000, 3000)],
)
def test_a_debt_excludes_completed_and_pending_refunds(
    refunded: int, pending: int, owed: int
) -> None:
    order = an_order(Stage.CANCELLED, next_check_at=LATER, start_pending=True)

    change = made(record_debt(order, NOW, a_payment(refunded=refunded, pending=pending)))

    after = change.after
    key = f"debt:{order.order_id}"
    entry = Effect(key=key, state=EffectState.INTENT, at=NOW, amount_minor=owed)
    assert after.ledger[DEBT] == entry
    assert (after.stage, after.next_check_at) == (Stage.CANCELLED, LATER)
    assert after.start_pending, "the write is not the execution's"
    [event] = change.events
    assert (event.kind, event.detail) == ("refund-failed", {"amount_minor": owed})


def test_a_refunded_debt_keeps_its_amount() -> None:
    order = made(record_debt(an_order(Stage.CANCELLED), NOW, a_payment(refunded=1200))).after

    change = made(settle_debt(order, LATER, a_payment(refunded=4200)))

    entry = change.after.ledger[DEBT]
    assert (entry.state, entry.at, entry.amount_minor) == (EffectState.UNDONE, LATER, 3000)
    [event] = change.events
    assert (event.kind, event.detail) == ("debt-refunded", {"amount_minor": 3000})


def test_a_debt_that_grows_again_is_recorded_at_its_new_time() -> None:
    order = made(record_debt(an_order(Stage.CANCELLED), NOW, a_payment(refunded=1200))).after
    known = replace(order.ledger[DEBT], error="ProviderUnavailable")
    order = order.with_effect(DEBT, known)

    entry = made(record_debt(order, LATER, a_payment())).after.ledger[DEBT]

    assert entry == replace(known.with_state(EffectState.INTENT, LATER), amount_minor=4200)


OPEN, WON, LOST = DisputeState.OPEN, DisputeState.WON, DisputeState.LOST


def record(order: Order, *disputes: Dispute, now: int = NOW) -> Change:
    """Record the disputes of a payment. The same disputes change nothing afterwards."""
    change = made(record_disputes(order, now, a_payment(*disputes)))
    assert record_disputes(change.after, LATER, a_payment(*disputes)) is None
    return change


@pytest.mark.parametrize(
    ("states", "kinds", "standing"),
    [
        ([DisputeState.INQUIRY, OPEN], ["payment-disputed"], "open"),
        ([OPEN, WON], ["payment-disputed", "dispute-won"], "won"),
        ([OPEN, LOST], ["payment-disputed", "dispute-lost"], "lost"),
        ([LOST], ["dispute-lost"], "lost"),
        ([LOST, OPEN, WON], ["dispute-lost", "payment-disputed", "dispute-won"], "won"),
    ],
    ids=["an inquiry", "won", "lost", "the opening was not reported", "an appeal"],
)
def test_a_dispute_is_recorded_as_its_provider_knows_it(
    states: list[DisputeState], kinds: list[str], standing: str
) -> None:
    order, events = an_order(Stage.COMPLETED, next_check_at=LATER), list[str]()
    for state in states:
        if change := record_disputes(order, NOW, a_payment(a_dispute(state, 1000))):
            events += [event.kind for event in change.events]
            order = change.after

    assert events == kinds
    assert dispute_standing(order.ledger) == standing
    assert order.ledger[DISPUTE].key == f"dispute:{order.order_id}"
    assert (order.ledger[DISPUTE].amount_minor, order.next_check_at) == (1000, LATER)
    assert (PaymentProblem.DISPUTE in payment_problems(order.ledger)) == (standing == "open")


def test_each_dispute_of_a_payment_has_an_entry() -> None:
    first, second = a_dispute(WON, 3000), a_dispute(OPEN, 1200, "dp_2")
    order = record(an_order(Stage.COMPLETED), first).after

    change = record(order, first, second)

    assert [e.detail for e in change.events] == [{"amount_minor": 1200, "dispute_id": "dp_2"}]
    assert change.after.ledger[DISPUTE] == order.ledger[DISPUTE]
    assert change.after.ledger["dispute-2"].state is EffectState.INTENT
    assert dispute_standing(change.after.ledger) == "open"
    lost = record(change.after, first, a_dispute(LOST, 1200, "dp_2")).after
    assert (dispute_standing(lost.ledger), lost_minor(lost.ledger)) == ("lost", 1200)


def test_a_dispute_of_an_older_version_gets_the_oldest_dispute_and_its_amount() -> None:
    old = Effect(key="dispute:O", state=EffectState.INTENT, at=NOW, amount_minor=4200)
    order = an_order(Stage.COMPLETED).with_effect(DISPUTE, old)
    assert record_disputes(order, NOW, a_payment(a_dispute(OPEN))) is None

    both = record(order, a_dispute(OPEN), a_dispute(LOST, 700, "dp_2")).after

    assert both.ledger[DISPUTE] == replace(old, reference="dp_1")
    assert both.ledger["dispute-2"].amount_minor == 700
    ended = record(order, a_dispute(LOST, 1000)).after.ledger[DISPUTE]
    assert (ended.state, ended.amount_minor) == (EffectState.DONE, 1000)


@pytest.mark.parametrize(
    ("payment", "owed"),
    [
        (a_payment(a_dispute(OPEN)), 4200),
        (a_payment(a_dispute(LOST)), 0),
        (a_payment(a_dispute(WON)), 4200),
        (a_payment(a_dispute(DisputeState.INQUIRY)), 4200),
        (a_payment(refunded=4200), 0),
        (a_payment(pending=4200), 0),
        (a_payment(refunded=4000, pending=200), 0),
    ],
)
def test_money_is_owed_until_it_is_refunded_or_the_bank_returned_it(
    payment: Payment, owed: int
) -> None:
    change = record_debt(an_order(Stage.CANCELLED), NOW, payment)

    assert (change.after.ledger[DEBT].amount_minor if change else 0) == owed


def test_a_debt_is_settled_by_a_lost_dispute_and_not_by_an_open_one() -> None:
    order = made(record_debt(an_order(Stage.CANCELLED), NOW, a_payment())).after

    for state in (OPEN, WON):
        assert settle_debt(order, LATER, a_payment(a_dispute(state))) is None
        assert record_debt(order, LATER, a_payment(a_dispute(state))) is None
        assert record_debt(order, LATER, a_payment(a_dispute(state, 1000))) is None
    assert settle_debt(order, LATER, a_payment(a_dispute(LOST))) is not None
    part = made(record_debt(order, LATER, a_payment(a_dispute(LOST, 1000))))
    assert part.after.ledger[DEBT].amount_minor == 3200
    assert [(e.kind, e.detail) for e in part.events] == [("debt-refunded", {"amount_minor": 1000})]
