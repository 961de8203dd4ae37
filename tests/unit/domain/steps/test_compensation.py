from dataclasses import replace

import pytest

from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.ledger import LOOK_UP_NOW, PAY, RESERVE, EffectState
from lambdas.domain.record.outcomes import BY_OPERATOR, STOPPED
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from lambdas.domain.steps.compensation import begin_compensation, close, record_refund
from tests.support.builders import a_signal, an_order, made
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 5_000
OPEN = sorted(set(Stage) - ENDS - {Stage.COMPENSATING})
CANCEL = a_signal(SignalKind.CANCEL_ORDER, signal_id="C", reason="changed my mind")
APPROVE = a_signal(signal_id="A")


@pytest.mark.parametrize("stage", OPEN)
def test_compensation_begins_from_every_stage_with_its_reason(stage: Stage) -> None:
    order = an_order(stage, wait_token="T")

    turned = begin_compensation(order, NOW, error="PaymentDeclined: no")

    after = turned.after
    assert (after.stage, after.last_error) == (Stage.COMPENSATING, "PaymentDeclined: no")
    assert after.wait_token is None
    assert after.ledger == order.ledger
    assert not after.cancelled
    assert turned.events[-1].kind == "compensation-started"
    assert turned.events[-1].detail == {"reason": "PaymentDeclined: no"}


def test_an_accepted_cancel_outranks_the_failure() -> None:
    order = an_order(Stage.PAYMENT, inbox=(CANCEL,), cancel_requested_at=NOW)

    after = begin_compensation(order, NOW, error="PaymentDeclined: no").after

    assert after.cancelled
    assert after.last_error == "cancelled: changed my mind"


@pytest.mark.parametrize("inbox", [(replace(CANCEL, reason=None),), ()], ids=["none", "no cancel"])
def test_a_cancel_without_a_reason_says_so(inbox: tuple[Signal, ...]) -> None:
    order = an_order(inbox=inbox, cancel_requested_at=NOW)

    turned = begin_compensation(order, NOW, error="PaymentDeclined").after
    assert turned.last_error == "cancelled: no reason given"


def test_compensation_without_a_reason_has_an_empty_one_in_its_events() -> None:
    [event] = begin_compensation(an_order(), NOW, error="").events
    assert (event.kind, event.detail) == ("compensation-started", {"reason": ""})

    ended = an_order(Stage.COMPENSATING, ledger={}, reserved=False, last_error=None)
    [event] = made(close(ended, NOW)).events
    assert event.detail == {"reason": "", "outcome": "failed", "reason_code": ""}


def test_every_pending_signal_gets_its_outcome() -> None:
    late = replace(CANCEL, signal_id="C2")
    order = an_order(
        inbox=(a_signal(signal_id="old"), APPROVE, CANCEL, late),
        applied=1,
        outcomes={"old": "stale"},
        cancel_requested_at=NOW,
    )

    turned = begin_compensation(order, NOW, error="")

    settled = {"A": "superseded", "C": "applied", "C2": "applied"}
    assert turned.after.outcomes == {"old": "stale", **settled}
    assert turned.after.pending == ()
    assert [(e.kind, e.detail["signal_id"], e.detail["outcome"]) for e in turned.events[:-1]] == [
        ("signal-settled", *outcome) for outcome in settled.items()
    ]
    assert turned.events[0].detail["signal"] == "approve-payment"


def test_the_first_reason_stays_when_compensation_is_resumed() -> None:
    order = an_order(Stage.COMPENSATING, last_error="first")

    again = begin_compensation(order, NOW, error="the execution stopped", next_epoch=True)

    assert again.after.last_error == "first"
    assert (again.after.epoch, again.after.start_pending) == (order.epoch + 1, True)
    assert [(e.kind, e.detail) for e in again.events] == [("compensation-resumed", {"epoch": 2})]


@pytest.mark.parametrize(
    ("look_up_at", "reason", "is_pending"),
    [(LOOK_UP_NOW, "", False), (NOW + 9, BY_OPERATOR, False), (NOW + 9, STOPPED, True)],
    ids=["reported", "by an operator", "neither"],
)
def test_a_repeated_compensation_keeps_a_deadline_until_a_report_or_a_request(
    look_up_at: int, reason: str, is_pending: bool
) -> None:
    order = replace(an_order(Stage.STATUS_UPDATE), stage=Stage.COMPENSATING)
    pending = replace(order.ledger[PAY], pending_until=NOW, look_up_at=look_up_at)
    stuck = order.with_effect(PAY, replace(pending, stuck=True))

    again = begin_compensation(stuck, NOW, error=reason, next_epoch=True)

    assert again.after.ledger[PAY] == (pending if is_pending else order.ledger[PAY])


@pytest.mark.parametrize(("minor", "kind"), [(700, "payment-refunded"), (0, "payment-voided")])
def test_a_refund_is_recorded_once_with_its_amount_where_there_was_a_payment(
    minor: int, kind: str
) -> None:
    order = replace(an_order(Stage.STATUS_UPDATE, total=700), stage=Stage.COMPENSATING)

    refund = made(record_refund(order, LATER, minor))

    paid = order.ledger[PAY].with_state(EffectState.UNDONE, LATER)
    assert refund.after.ledger[PAY] == replace(paid, refunded_minor=minor)
    assert refund.after.charged is False
    assert [(e.kind, e.detail) for e in refund.events] == [(kind, {"amount_minor": minor})]
    assert record_refund(refund.after, NOW, minor) is None
    assert record_refund(an_order(Stage.COMPENSATING), NOW, minor) is None


@pytest.mark.parametrize(("cancelled", "end"), [(True, Stage.CANCELLED), (False, Stage.FAILED)])
def test_a_settled_order_ends_as_cancelled_or_failed(cancelled: bool, end: Stage) -> None:
    order = an_order(Stage.COMPENSATING, ledger={}, reserved=False, cancelled=cancelled)

    closed = made(close(order, NOW))

    assert closed.after.stage is end
    assert [(e.kind, e.detail["reason"]) for e in closed.events] == [
        (f"order-{end}", order.last_error)
    ]


@pytest.mark.parametrize("stage", sorted(ENDS))
def test_an_ended_order_is_not_closed_again(stage: Stage) -> None:
    assert close(an_order(stage), NOW) is None


@pytest.mark.parametrize("stage", OPEN)
def test_an_order_whose_compensation_never_began_is_not_ended(stage: Stage) -> None:
    """Its pending signals have no outcome yet: a pending cancel would end as `failed`."""
    order = an_order(stage, inbox=(CANCEL,), cancel_requested_at=NOW)

    assert close(order, NOW) is None


def test_what_could_not_be_undone_keeps_the_order_open() -> None:
    order = replace(an_order(Stage.STATUS_UPDATE), stage=Stage.COMPENSATING)

    kept = made(close(order, NOW))

    assert kept.after.stage is Stage.COMPENSATING
    assert {n: e.stuck for n, e in kept.after.ledger.items()} == {PAY: True, RESERVE: True}
    assert kept.after.compensation_attempts == 1
    assert kept.events[0].detail == {"effects": "pay, reserve", "attempts": 1}
    assert kept.after.next_check_at == NOW + 2 * CHECK_SOON_MS


def test_the_timeline_of_an_order_that_stays_stuck_grows_with_the_logarithm_of_its_attempts() -> (
    None
):
    order = replace(an_order(Stage.STATUS_UPDATE), stage=Stage.COMPENSATING)
    recorded: dict[str, list[int | str]] = {"attempts": [], "epoch": []}

    for _ in range(1000):
        stuck = made(close(order, NOW))
        resumed = begin_compensation(stuck.after, NOW, error="", next_epoch=True)
        for event in (*stuck.events, *resumed.events):
            [name] = recorded.keys() & event.detail.keys()
            recorded[name].append(event.detail[name])
        order = resumed.after

    powers = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert recorded == {"attempts": powers, "epoch": [1 + power for power in powers]}
    assert order.compensation_attempts == 1000
    assert order.event_count == 2 * len(powers)
