"""Two operators record money that was returned outside the provider."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.errors import InvalidRequest, NotAllowed, OrderError, SignalNotAdmitted
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import (
    DEBT,
    DISPUTE,
    LOOK_UP_NOW,
    PAY,
    Effect,
    EffectState,
    lost_minor,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement, Settled
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.outside_settlement import confirm_settlement, request_settlement
from tests.support.builders import a_settlement, an_order, made
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 60_000
SECOND = Actor("sub-operator3", "operator3")
DETAIL = {"settlement_id": "S", "settled": "refund-paid", "amount_minor": 2500}
TOO_MUCH = "no more than %s minor units are owed"
DIFFERS = "the confirmation differs from the settlement"
NOTHING_OWED = "the order has no stuck refund and no debt now (an attempt to refund may be running)"


def stuck(stage: Stage = Stage.COMPENSATING, *, owed: int | None = 2500) -> Order:
    """An order whose refund is stuck."""
    paid = Effect(key="pay:O", state=EffectState.DONE, at=NOW, amount_minor=owed, stuck=True)
    order = an_order(stage, charged=True, next_check_at=LATER, start_pending=True)
    return order.with_effect(PAY, paid)


def indebted(stage: Stage = Stage.CANCELLED, state: EffectState = EffectState.INTENT) -> Order:
    """An order that ended, and whose refund failed later."""
    debt = Effect(key="debt:O", state=state, at=NOW, amount_minor=2500)
    return an_order(stage).with_effect(DEBT, debt)


def confirmed(order: Order, actor: Actor = SECOND, **changes: object) -> Change | None:
    payment = a_settlement(evidence="bank statement", **changes)
    return confirm_settlement(order, LATER, settlement_id="S", payment=payment, actor=actor)


@pytest.mark.parametrize("order", [stuck(), indebted()], ids=["stuck", "debt"])
def test_a_request_waits_for_another_operator_and_changes_nothing_else(order: Order) -> None:
    change = made(request_settlement(order, LATER, a_settlement()))

    after = change.after
    assert after.settlement == a_settlement()
    assert after.ledger == order.ledger
    assert (after.next_check_at, after.charged) == (order.next_check_at, order.charged)
    assert after.start_pending == order.start_pending, "the write is not the execution's"
    assert [(e.kind, e.detail) for e in change.events] == [("settlement-requested", DETAIL)]
    assert request_settlement(after, LATER, a_settlement()) is None


@pytest.mark.parametrize(
    ("order", "name"), [(stuck(), PAY), (indebted(), DEBT)], ids=["stuck", "debt"]
)
def test_a_confirmation_records_the_money_as_returned(order: Order, name: str) -> None:
    change = made(confirmed(replace(order, settlement=a_settlement())))

    settlement = a_settlement(
        confirmed_by="sub-operator3",
        confirmed_by_name="operator3",
        confirmed_at=LATER,
        confirmation="bank statement",
    )
    entry = change.after.ledger[name]
    assert change.after.settlement == settlement
    assert (entry.state, entry.at, entry.refunded_minor) == (EffectState.UNDONE, LATER, 2500)
    assert change.after.charged is False
    assert change.after.start_pending == order.start_pending, "the write is not the execution's"
    assert [(e.kind, e.detail) for e in change.events] == [("payment-settled", DETAIL)]
    assert confirmed(change.after) is None


def test_the_rest_of_a_debt_stays_owed_and_that_of_a_refund_does_not() -> None:
    """A provider may have refunded the rest of a payment; a debt is what it did not refund."""
    part = a_settlement(amount_minor=1000)
    debt = made(confirmed(replace(indebted(), settlement=part), amount_minor=1000))
    paid = made(confirmed(replace(stuck(), settlement=part), amount_minor=1000))

    rest, refund = debt.after.ledger[DEBT], paid.after.ledger[PAY]
    assert (rest.state, rest.amount_minor, rest.at) == (EffectState.INTENT, 1500, NOW)
    assert (refund.state, refund.refunded_minor) == (EffectState.UNDONE, 1000)


def test_a_stuck_refund_of_which_nothing_is_left_is_settled_with_0() -> None:
    requested = made(request_settlement(stuck(), NOW, a_settlement(amount_minor=0)))

    settled = made(confirmed(requested.after, amount_minor=0)).after

    refund = settled.ledger[PAY]
    assert (refund.state, refund.refunded_minor) == (EffectState.UNDONE, 0)
    assert settled.settlement is not None
    assert settled.settlement.returned_minor == 0


def disputed(order: Order, state: EffectState, amount_minor: int = 1000) -> Order:
    dispute = Effect(key="dispute:O", state=state, at=NOW, amount_minor=amount_minor)
    return order.with_effect(DISPUTE, dispute)


@pytest.mark.parametrize("order", [stuck(), indebted()], ids=["stuck", "debt"])
def test_while_a_bank_decides_a_dispute_nothing_is_settled(order: Order) -> None:
    requested = disputed(replace(order, settlement=a_settlement()), EffectState.INTENT)

    with pytest.raises(SignalNotAdmitted, match=r"^the payment is disputed"):
        request_settlement(requested, NOW, a_settlement(amount_minor=1))
    with pytest.raises(SignalNotAdmitted, match=r"^the payment is disputed"):
        confirmed(requested)
    assert confirmed(disputed(requested, EffectState.UNDONE)) is not None


def test_money_that_a_lost_dispute_returned_is_not_settled_too() -> None:
    order = disputed(stuck(), EffectState.DONE)

    with pytest.raises(InvalidRequest, match=r"^no more than 1500 minor units"):
        request_settlement(order, NOW, a_settlement(amount_minor=1501))
    with pytest.raises(SignalNotAdmitted, match=r"^no more than 1500 minor units are owed"):
        confirmed(replace(order, settlement=a_settlement()))


def ending(settled: Settled, amount_minor: int = 1000, **changes: Any) -> OutsideSettlement:
    """A request to end a dispute."""
    return a_settlement(settled=settled, amount_minor=amount_minor, **changes)


def ended(order: Order, settled: Settled, amount_minor: int = 1000, **changes: Any) -> Change:
    """The order after both operators ended a dispute of it."""
    requested = made(request_settlement(order, NOW, ending(settled, amount_minor, **changes)))
    return made(confirmed(requested.after, settled=settled, amount_minor=amount_minor))


@pytest.mark.parametrize(
    ("settled", "state", "lost"),
    [
        (Settled.DISPUTE_WON, EffectState.UNDONE, 0),
        (Settled.DISPUTE_LOST, EffectState.DONE, 1000),
    ],
)
def test_a_dispute_ends_as_after_a_report_and_is_no_returned_refund(
    settled: Settled, state: EffectState, lost: int
) -> None:
    order = disputed(an_order(Stage.COMPLETED), EffectState.INTENT)

    change = ended(order, settled)

    after = change.after
    assert (after.ledger[DISPUTE].state, after.ledger[DISPUTE].at) == (state, LATER)
    assert (after.stage, after.charged, lost_minor(after.ledger)) == (
        Stage.COMPLETED,
        order.charged,
        lost,
    )
    assert after.settlement is not None
    assert (after.settlement.dispute, after.settlement.returned_minor) == (DISPUTE, 0)
    assert [(e.kind, e.detail) for e in change.events] == [
        ("payment-settled", {**DETAIL, "settled": settled.value, "amount_minor": 1000}),
        (settled.value, {"amount_minor": 1000, "dispute_id": ""}),
    ]
    again = confirmed(after, settled=settled, amount_minor=1000, dispute=DISPUTE)
    assert again is None


def test_a_compensation_looks_the_payment_up_after_its_dispute_ended() -> None:
    paid = replace(stuck().ledger[PAY], pending_until=NOW, look_up_at=LATER)
    order = disputed(stuck().with_effect(PAY, paid), EffectState.INTENT)

    for settled in (Settled.DISPUTE_WON, Settled.DISPUTE_LOST):
        entry = ended(order, settled).after.ledger[PAY]
        assert (entry.state, entry.look_up_at) == (EffectState.DONE, LOOK_UP_NOW)


@pytest.mark.parametrize(
    ("paid", "state"), [(2500, EffectState.UNDONE), (None, EffectState.DONE)], ids=["all", "?"]
)
def test_a_refund_ends_if_lost_disputes_returned_the_whole_payment(
    paid: int | None, state: EffectState
) -> None:
    order = disputed(stuck(owed=paid), EffectState.INTENT, 2500)

    change = ended(order, Settled.DISPUTE_LOST, 2500)

    entry = change.after.ledger[PAY]
    assert (entry.state, change.after.charged) == (state, state is EffectState.DONE)
    returned = [e.detail for e in change.events if e.kind == "payment-refunded"]
    assert returned == ([{"amount_minor": 0}] if paid else [])


@pytest.mark.parametrize(
    ("lost", "state", "rest"),
    [(1000, EffectState.INTENT, 1500), (3000, EffectState.UNDONE, 2500)],
)
def test_a_lost_dispute_lowers_a_debt(lost: int, state: EffectState, rest: int) -> None:
    change = ended(disputed(indebted(), EffectState.INTENT, 3000), Settled.DISPUTE_LOST, lost)

    debt = change.after.ledger[DEBT]
    assert (debt.state, debt.amount_minor, debt.at is None) == (state, rest, False)
    assert change.events[-1].kind == "debt-refunded"
    assert change.events[-1].detail == {"amount_minor": min(lost, 2500)}


def test_of_several_disputes_the_named_one_ends() -> None:
    order = disputed(an_order(Stage.COMPLETED), EffectState.INTENT)
    second = replace(order.ledger[DISPUTE], reference="dp_2")
    order = order.with_effect("dispute-2", second)

    change = ended(order, Settled.DISPUTE_WON, dispute="dispute-2")
    states = [change.after.ledger[name].state for name in (DISPUTE, "dispute-2")]
    assert states == [EffectState.INTENT, EffectState.UNDONE]
    assert change.events[-1].detail["dispute_id"] == "dp_2"


OPEN = disputed(stuck(), EffectState.INTENT)
TWO = OPEN.with_effect("dispute-2", replace(OPEN.ledger[DISPUTE], reference="dp_2"))
NOT_STUCK = stuck().with_effect(PAY, replace(stuck().ledger[PAY], stuck=False))
NO_DISPUTE = "no such dispute is open now (open disputes: none)"
NOT_0 = "only a stuck refund is settled with the amount 0"
LESS = "no more than 1000 minor units are disputed"
WON, LOST = Settled.DISPUTE_WON, Settled.DISPUTE_LOST


@pytest.mark.parametrize(
    ("order", "requested", "error", "message"),
    [
        (stuck(), a_settlement(currency="USD"), InvalidRequest, "the order is in EUR, not in USD"),
        (stuck(), a_settlement(amount_minor=2501), InvalidRequest, TOO_MUCH % 2500),
        (stuck(owed=None), a_settlement(amount_minor=1), InvalidRequest, TOO_MUCH % 0),
        (stuck(Stage.PAYMENT), a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (NOT_STUCK, a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (replace(stuck(), ledger={}), a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (indebted(Stage.COMPENSATING), a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (indebted(state=EffectState.UNDONE), a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (an_order(Stage.CANCELLED), a_settlement(), SignalNotAdmitted, NOTHING_OWED),
        (stuck(), ending(WON), SignalNotAdmitted, NO_DISPUTE),
        (
            disputed(stuck(), EffectState.DONE),
            ending(WON, dispute=DISPUTE),
            SignalNotAdmitted,
            NO_DISPUTE,
        ),
        (
            OPEN,
            ending(WON, dispute="dispute-2"),
            SignalNotAdmitted,
            "no such dispute is open now (open disputes: dispute)",
        ),
        (TWO, ending(WON), InvalidRequest, "name the dispute that ended: dispute, dispute-2"),
        (OPEN, ending(WON, 999), InvalidRequest, "1000 minor units are disputed, not 999"),
        (OPEN, ending(WON, 1001), InvalidRequest, LESS),
        (OPEN, ending(LOST, 1001), InvalidRequest, LESS),
        (OPEN, ending(LOST, 0), InvalidRequest, NOT_0),
        (indebted(), a_settlement(amount_minor=0), InvalidRequest, NOT_0),
        (OPEN, a_settlement(dispute=DISPUTE), InvalidRequest, "a refund ends no dispute"),
    ],
)
def test_a_request_that_does_not_fit_the_ledger_is_refused(
    order: Order, requested: OutsideSettlement, error: type[OrderError], message: str
) -> None:
    with pytest.raises(error) as raised:
        request_settlement(order, NOW, requested)

    assert (raised.value.message, raised.value.order_id) == (message, order.order_id)
    assert getattr(raised.value, "stage", order.stage) == order.stage


@pytest.mark.parametrize(
    ("known", "confirmation", "error", "message"),
    [
        (None, {}, SignalNotAdmitted, "the order has no settlement S"),
        (
            a_settlement(settlement_id="T"),
            {},
            SignalNotAdmitted,
            "the order has no settlement S",
        ),
        (
            a_settlement(),
            {"actor": Actor("sub-operator2", "operator2")},
            NotAllowed,
            "another operator must confirm the settlement",
        ),
        (a_settlement(), {"amount_minor": 2400}, InvalidRequest, DIFFERS),
        (a_settlement(), {"currency": "USD"}, InvalidRequest, DIFFERS),
    ],
)
def test_only_the_requested_settlement_is_confirmed_and_only_by_another_operator(
    known: OutsideSettlement | None,
    confirmation: dict[str, Any],
    error: type[OrderError],
    message: str,
) -> None:
    order = replace(stuck(), settlement=known)

    with pytest.raises(error) as raised:
        confirmed(order, **confirmation)

    assert (raised.value.message, raised.value.order_id) == (message, order.order_id)
    assert getattr(raised.value, "stage", order.stage) == order.stage


def test_a_confirmation_needs_an_amount_that_still_fits() -> None:
    """An order that ended since the request may owe a debt instead of a stuck refund."""
    order = replace(indebted(), settlement=a_settlement(amount_minor=0))

    with pytest.raises(SignalNotAdmitted) as raised:
        confirmed(order, amount_minor=0)

    error = raised.value
    assert (error.message, error.order_id, error.stage) == (NOT_0, order.order_id, order.stage)
