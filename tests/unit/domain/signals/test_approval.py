"""Approvals of large totals: the limit of the approver, and the second approver."""

from dataclasses import replace

import pytest

from lambdas.domain.record.ledger import PAY
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome, Signal
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.unit.domain.signals.applying import ADD, DECLINE, PRICES

FIRST = a_signal(signal_id="A", actor="sub-1", actor_name="one", alone_minor=5_000)
SECOND = a_signal(signal_id="B", actor="sub-2", actor_name="two", alone_minor=5_000)


def after(order: Order, *signals: Signal) -> Order:
    """The order after it accepted and applied the signals, one after the other."""
    for signal in signals:
        accepted = replace(order, inbox=(*order.inbox, signal))
        order = apply_next(accepted, NOW, PRICES).after
    return order


def test_a_total_above_the_approvers_limit_is_not_approved() -> None:
    order = after(an_order(total=5_001), replace(FIRST, limit_minor=5_000, alone_minor=None))

    assert order.stage is Stage.AWAITING_APPROVAL
    assert order.outcomes == {"A": "rejected: the total is above the limit of the approver"}


def test_a_total_at_the_limits_is_approved_by_one_approver() -> None:
    order = after(an_order(total=5_000), replace(FIRST, limit_minor=5_000))

    assert order.stage is Stage.PAYMENT
    assert order.outcomes == {"A": "applied"}


def test_the_first_of_two_approvals_waits_for_the_second() -> None:
    order = after(an_order(total=5_001), FIRST)

    assert (order.stage, order.payment_approved) == (Stage.AWAITING_APPROVAL, False)
    assert PAY not in order.ledger
    assert order.outcomes == {"A": Outcome.FIRST_APPROVAL}
    assert order.approvals == (FIRST,)


def test_the_second_approver_approves_the_payment() -> None:
    order = after(an_order(total=5_001), FIRST, SECOND)

    assert order.stage is Stage.PAYMENT
    assert order.ledger[PAY].amount_minor == 5_001
    assert order.approvals == (FIRST, SECOND)


@pytest.mark.parametrize(
    "name", ["one", "renamed"], ids=["the same name", "another name of the same user"]
)
def test_one_approver_is_not_two(name: str) -> None:
    order = after(an_order(total=5_001), FIRST, replace(FIRST, signal_id="B", actor_name=name))

    assert order.stage is Stage.AWAITING_APPROVAL
    assert order.outcomes["B"] == "rejected: another approver must approve the order"


def test_a_change_of_the_lines_makes_the_first_approval_void() -> None:
    changed = after(an_order(total=5_001), FIRST, ADD)

    assert changed.approvals == ()
    third = replace(SECOND, revision=2)
    assert after(changed, third).outcomes["B"] == Outcome.FIRST_APPROVAL


def test_a_decline_ends_an_order_with_one_approval() -> None:
    order = after(an_order(total=5_001), FIRST, DECLINE)

    assert order.stage is Stage.COMPENSATING
    assert order.outcomes["D"] == "applied"
