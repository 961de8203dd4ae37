"""Approvals and cancels: what they make of the order, and which signals they supersede."""

from dataclasses import replace

import pytest

from lambdas.domain.record.ledger import PAY, Effect, EffectState
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.compensation import begin_compensation
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.unit.domain.signals.applying import ADD, APPROVE, DECLINE, PRICES, applied

CANCEL = a_signal(SignalKind.CANCEL_ORDER, signal_id="C")


def test_an_approval_freezes_the_amount_as_a_payment_intent() -> None:
    after = applied(an_order(total=4200, order_id="O1"), APPROVE).after

    assert after.stage is Stage.PAYMENT
    assert after.payment_approved
    assert after.approvals == (APPROVE,)
    intent = Effect(key="pay:O1", state=EffectState.INTENT, at=NOW, amount_minor=4200)
    assert after.ledger[PAY] == intent
    assert after.outcomes == {"A": "applied"}


@pytest.mark.parametrize("revision", [1, 3])
def test_an_approval_of_another_revision_is_stale(revision: int) -> None:
    order = an_order(revision=2)

    made = applied(order, a_signal(signal_id="A", revision=revision))

    assert made.after.outcomes == {"A": "stale"}
    assert made.after.stage is Stage.AWAITING_APPROVAL
    assert PAY not in made.after.ledger


def test_an_approval_by_the_actor_of_an_added_line_is_rejected() -> None:
    added = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N", actor=APPROVE.actor)
    order = an_order(inbox=(added, APPROVE), applied=1, outcomes={"N": "applied"})

    made = apply_next(order, NOW, PRICES)
    before = apply_next(an_order(inbox=(APPROVE, added)), NOW, PRICES)

    rejected = "rejected: the requester cannot approve the order"
    assert made.after.outcomes[APPROVE.signal_id] == rejected
    assert made.after.stage is Stage.AWAITING_APPROVAL
    assert PAY not in made.after.ledger
    assert before.after.outcomes[APPROVE.signal_id] == "applied"


@pytest.mark.parametrize("stage", [Stage.AWAITING_APPROVAL, Stage.PAYMENT, Stage.STATUS_UPDATE])
def test_a_cancel_turns_the_order_back(stage: Stage) -> None:
    made = applied(an_order(stage, cancel_requested_at=NOW), CANCEL)

    assert made.after.stage is Stage.COMPENSATING
    assert made.after.cancelled
    assert made.after.outcomes == {"C": "applied"}


@pytest.mark.parametrize("requested_by", ["alice", DECLINE.actor], ids=["other", "requester"])
def test_a_decline_ends_the_wait_with_its_reason(requested_by: str) -> None:
    made = applied(an_order(requested_by=requested_by), DECLINE)

    assert made.after.stage is Stage.COMPENSATING
    assert (made.after.cancelled, made.after.last_error) == (True, "declined: over budget")
    assert made.after.outcomes == {"D": "applied"}
    assert [event.kind for event in made.events] == ["signal-settled", "compensation-started"]


def test_a_decline_of_an_order_that_grew_meanwhile_is_applied() -> None:
    made = apply_next(an_order(inbox=(ADD, DECLINE)), NOW, PRICES)
    made = apply_next(made.after, NOW, PRICES)

    assert made.after.outcomes == {"N": "applied", "D": "applied"}


def test_signals_behind_a_decline_are_superseded() -> None:
    again = replace(DECLINE, signal_id="D2")

    made = apply_next(an_order(inbox=(DECLINE, APPROVE, ADD, again)), NOW, PRICES)

    superseded = dict.fromkeys(("A", "N", "D2"), "superseded")
    assert made.after.outcomes == {"D": "applied", **superseded}
    assert made.after.pending == ()


def test_a_refused_order_supersedes_a_pending_decline() -> None:
    order = an_order(Stage.RESERVE, inbox=(DECLINE,))

    after = begin_compensation(order, NOW, error="InsufficientStock: none left").after

    assert after.outcomes == {"D": "superseded"}
    assert (after.cancelled, after.last_error) == (False, "InsufficientStock: none left")


@pytest.mark.parametrize("signal", [APPROVE, DECLINE, ADD])
def test_a_signal_before_a_cancel_is_superseded(signal: Signal) -> None:
    order = an_order(inbox=(signal, CANCEL), cancel_requested_at=NOW)

    first = apply_next(order, NOW, PRICES).after
    second = apply_next(first, NOW, PRICES).after

    assert first.stage is Stage.AWAITING_APPROVAL
    assert second.outcomes == {signal.signal_id: "superseded", "C": "applied"}
    assert second.stage is Stage.COMPENSATING
    assert second.last_error == "cancelled: changed my mind"


@pytest.mark.parametrize(
    ("stage", "signal"),
    [
        *[(Stage.PAYMENT, signal) for signal in (APPROVE, DECLINE, ADD)],
        *[(Stage.COMPENSATING, signal) for signal in (APPROVE, DECLINE, ADD, CANCEL)],
    ],
)
def test_a_signal_behind_the_approval_or_the_end_is_superseded(
    stage: Stage, signal: Signal
) -> None:
    made = applied(an_order(stage), signal)

    assert made.after.stage is stage
    assert made.after.outcomes == {signal.signal_id: "superseded"}
    assert made.after.items == made.before.items
