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
from tests.support.builders import a_settlement, an_order
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 60_000
SECOND = Actor("sub-operator3", "operator3")
DETAIL = {"settlement_id": "S", "settled": "refund-paid", "amount_minor": 2500}
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


def refusal(error: OrderError) -> tuple[str, str | None]:
    return error.message, error.order_id


@pytest.mark.parametrize("order", [stuck(), indebted()], ids=["stuck", "debt"])
def test_a_request_waits_for_another_operator_and_changes_nothing_else(order: Order) -> None:
    made = request_settlement(order, LATER, a_settlement())

    assert made is not None
    assert made.after.settlement == a_settlement()
    assert made.after.ledger == order.ledger
    assert (made.after.next_check_at, made.after.charged) == (order.next_check_at, order.charged)
    assert made.after.start_pending == order.start_pending, "the write is not the execution's"
    assert [(e.kind, e.detail) for e in made.events] == [("settlement-requested", DETAIL)]
    assert request_settlement(made.after, LATER, a_settlement()) is None


@pytest.mark.parametrize(
    ("order", "name"), [(stuck(), PAY), (indebted(), DEBT)], ids=["stuck", "debt"]
)
def test_a_confirmation_records_the_money_as_returned(order: Order, name: str) -> None:
    made = confirmed(replace(order, settlement=a_settlement()))

    assert made is not None
    settlement = a_settlement(
        confirmed_by="sub-operator3",
        confirmed_by_name="operator3",
        confirmed_at=LATER,
        confirmation="bank statement",
    )
    entry = made.after.ledger[name]
    assert made.after.settlement == settlement
    assert (entry.state, entry.at, entry.refunded_minor) == (EffectState.UNDONE, LATER, 2500)
    assert made.after.charged is False
    assert made.after.start_pending == order.start_pending, "the write is not the execution's"
    assert [(e.kind, e.detail) for e in made.events] == [("payment-settled", DETAIL)]
    assert confirmed(made.after) is None


def test_the_rest_of_a_debt_stays_owed_and_that_of_a_refund_does_not() -> None:
    """A provider may have refunded the rest of a payment; a debt is what it did not refund."""
    part = a_settlement(amount_minor=1000)
    debt = confirmed(replace(indebted(), settlement=part), amount_minor=1000)
    paid = confirmed(replace(stuck(), settlement=part), amount_minor=1000)

    assert debt is not None
    assert paid is not None
    rest, refund = debt.after.ledger[DEBT], paid.after.ledger[PAY]
    assert (rest.state, rest.amount_minor, rest.at) == (EffectState.INTENT, 1500, NOW)
    assert (refund.state, refund.refunded_minor) == (EffectState.UNDONE, 1000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"currency": "USD"}, "the order is in EUR, not in USD"),
        ({"amount_minor": 2501}, "no more than 2500 minor units are owed"),
    ],
)
def test_an_impossible_amount_is_refused(changes: dict[str, object], message: str) -> None:
    order = stuck()

    with pytest.raises(InvalidRequest) as raised:
        request_settlement(order, NOW, a_settlement(**changes))

    assert refusal(raised.value) == (message, order.order_id)


def test_nothing_is_owed_of_an_amount_that_is_not_known() -> None:
    with pytest.raises(InvalidRequest, match=r"^no more than 0 minor units"):
        request_settlement(stuck(owed=None), NOW, a_settlement(amount_minor=1))


@pytest.mark.parametrize(
    "order",
    [
        stuck(Stage.PAYMENT),
        stuck().with_effect(PAY, replace(stuck().ledger[PAY], stuck=False)),
        replace(stuck(), ledger={}),
        indebted(Stage.COMPENSATING),
        indebted(state=EffectState.UNDONE),
        an_order(Stage.CANCELLED),
    ],
    ids=["paying", "not stuck", "no payment", "not ended", "refunded", "no debt"],
)
def test_without_a_stuck_refund_or_a_debt_nothing_is_settled(order: Order) -> None:
    with pytest.raises(SignalNotAdmitted) as raised:
        request_settlement(order, NOW, a_settlement())

    assert refusal(raised.value) == (NOTHING_OWED, order.order_id)
    assert raised.value.stage == order.stage


def disputed(order: Order, state: EffectState, amount_minor: int = 1000) -> Order:
    dispute = Effect(key="dispute:O", state=state, at=NOW, amount_minor=amount_minor)
    return order.with_effect(DISPUTE, dispute)


@pytest.mark.parametrize("order", [stuck(), indebted()], ids=["stuck", "debt"])
def test_while_a_bank_decides_a_dispute_nothing_is_settled(order: Order) -> None:
    asked = disputed(replace(order, settlement=a_settlement()), EffectState.INTENT)

    with pytest.raises(SignalNotAdmitted, match=r"^the payment is disputed"):
        request_settlement(asked, NOW, a_settlement(amount_minor=1))
    with pytest.raises(SignalNotAdmitted, match=r"^the payment is disputed"):
        confirmed(asked)
    assert confirmed(disputed(asked, EffectState.UNDONE)) is not None


def test_money_that_a_lost_dispute_returned_is_not_settled_too() -> None:
    order = disputed(stuck(), EffectState.DONE)

    with pytest.raises(InvalidRequest, match=r"^no more than 1500 minor units"):
        request_settlement(order, NOW, a_settlement(amount_minor=1501))
    with pytest.raises(SignalNotAdmitted, match=r"^only 1500 minor units are still owed"):
        confirmed(replace(order, settlement=a_settlement()))


@pytest.mark.parametrize("known", [None, a_settlement(settlement_id="T")], ids=["none", "other"])
def test_only_a_request_that_exists_is_confirmed(known: OutsideSettlement | None) -> None:
    order = replace(stuck(), settlement=known)

    with pytest.raises(SignalNotAdmitted) as raised:
        confirmed(order)

    assert refusal(raised.value) == ("the order has no settlement S", order.order_id)
    assert raised.value.stage is Stage.COMPENSATING


def test_the_operator_who_requested_it_cannot_confirm_it() -> None:
    order = replace(stuck(), settlement=a_settlement())

    with pytest.raises(NotAllowed) as raised:
        confirmed(order, actor=Actor("sub-operator2", "operator2"))

    message = "another operator must confirm the settlement"
    assert refusal(raised.value) == (message, order.order_id)


@pytest.mark.parametrize("change", [{"amount_minor": 2400}, {"currency": "USD"}])
def test_another_payment_is_not_confirmed(change: dict[str, Any]) -> None:
    order = replace(stuck(), settlement=a_settlement())

    with pytest.raises(InvalidRequest) as raised:
        confirmed(order, **change)

    message = "the confirmation differs from the settlement"
    assert refusal(raised.value) == (message, order.order_id)


def ending(settled: Settled, amount_minor: int = 1000, **changes: Any) -> OutsideSettlement:
    """A request to end a dispute."""
    return a_settlement(settled=settled, amount_minor=amount_minor, **changes)


def ended(order: Order, settled: Settled, amount_minor: int = 1000, **changes: Any) -> Change:
    """The order after both operators ended a dispute of it."""
    asked = request_settlement(order, NOW, ending(settled, amount_minor, **changes))
    assert asked is not None
    made = confirmed(asked.after, settled=settled, amount_minor=amount_minor)
    assert made is not None
    return made


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

    made = ended(order, settled)

    after = made.after
    assert (after.ledger[DISPUTE].state, after.ledger[DISPUTE].at) == (state, LATER)
    assert (after.stage, after.charged, lost_minor(after.ledger)) == (
        Stage.COMPLETED,
        order.charged,
        lost,
    )
    assert after.settlement is not None
    assert (after.settlement.dispute, after.settlement.returned_minor) == (DISPUTE, 0)
    assert [(e.kind, e.detail) for e in made.events] == [
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

    made = ended(order, Settled.DISPUTE_LOST, 2500)

    entry = made.after.ledger[PAY]
    assert (entry.state, made.after.charged) == (state, state is EffectState.DONE)
    returned = [e.detail for e in made.events if e.kind == "payment-refunded"]
    assert returned == ([{"amount_minor": 0}] if paid else [])


@pytest.mark.parametrize(
    ("lost", "state", "rest"),
    [(1000, EffectState.INTENT, 1500), (3000, EffectState.UNDONE, 2500)],
)
def test_a_lost_dispute_lowers_a_debt(lost: int, state: EffectState, rest: int) -> None:
    made = ended(disputed(indebted(), EffectState.INTENT, 3000), Settled.DISPUTE_LOST, lost)

    debt = made.after.ledger[DEBT]
    assert (debt.state, debt.amount_minor, debt.at is None) == (state, rest, False)
    assert made.events[-1].kind == "debt-refunded"
    assert made.events[-1].detail == {"amount_minor": min(lost, 2500)}


def test_of_several_disputes_the_one_that_ended_is_named() -> None:
    order = disputed(an_order(Stage.COMPLETED), EffectState.INTENT)
    second = replace(order.ledger[DISPUTE], reference="dp_2")
    order = order.with_effect("dispute-2", second)

    with pytest.raises(InvalidRequest) as raised:
        request_settlement(order, NOW, ending(Settled.DISPUTE_WON))
    assert refusal(raised.value) == (
        "name the dispute that ended: dispute, dispute-2",
        order.order_id,
    )

    made = ended(order, Settled.DISPUTE_WON, dispute="dispute-2")
    states = [made.after.ledger[name].state for name in (DISPUTE, "dispute-2")]
    assert states == [EffectState.INTENT, EffectState.UNDONE]
    assert made.events[-1].detail["dispute_id"] == "dp_2"


@pytest.mark.parametrize(
    ("order", "named", "message"),
    [
        (stuck(), None, "no such dispute is open now (open disputes: none)"),
        (
            disputed(stuck(), EffectState.DONE),
            DISPUTE,
            "no such dispute is open now (open disputes: none)",
        ),
        (
            disputed(stuck(), EffectState.INTENT),
            "dispute-2",
            "no such dispute is open now (open disputes: dispute)",
        ),
    ],
    ids=["none", "ended", "other"],
)
def test_without_an_open_dispute_none_ends(order: Order, named: str | None, message: str) -> None:
    with pytest.raises(SignalNotAdmitted) as raised:
        request_settlement(order, NOW, ending(Settled.DISPUTE_WON, dispute=named))

    assert refusal(raised.value) == (message, order.order_id)
    assert raised.value.stage == order.stage


@pytest.mark.parametrize(
    ("requested", "message"),
    [
        (ending(Settled.DISPUTE_WON, 999), "1000 minor units are disputed, not 999"),
        (ending(Settled.DISPUTE_WON, 1001), "no more than 1000 minor units are disputed"),
        (ending(Settled.DISPUTE_LOST, 1001), "no more than 1000 minor units are disputed"),
        (a_settlement(dispute=DISPUTE), "a refund ends no dispute"),
    ],
)
def test_an_impossible_end_of_a_dispute_is_refused(
    requested: OutsideSettlement, message: str
) -> None:
    order = disputed(stuck(), EffectState.INTENT)

    with pytest.raises(InvalidRequest) as raised:
        request_settlement(order, NOW, requested)

    assert refusal(raised.value) == (message, order.order_id)
