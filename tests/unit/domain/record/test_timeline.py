"""What a change records: the time of each effect, and the timeline events."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lambdas.domain.mail.claims import claim_mail, record_mail_sent
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, PAY, RESERVE
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.compensation import begin_compensation, close, record_refund
from lambdas.domain.steps.payment import record_charge
from lambdas.domain.steps.stock import release, reserve
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 5_000
PAID = replace(an_order(Stage.STATUS_UPDATE, total=700), stage=Stage.COMPENSATING)


def sent() -> Change:
    claim = claim_mail(an_order(Stage.COMPLETED), NOW, MAIL_CONFIRMATION, "one")
    assert claim is not None
    made = record_mail_sent(claim.after, LATER, MAIL_CONFIRMATION, "one")
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("effect", "moves"),
    [
        (PAY, lambda: apply_next(an_order(inbox=(a_signal(),)), LATER, {})),
        (PAY, lambda: record_charge(an_order(Stage.PAYMENT), LATER)),
        (PAY, lambda: record_refund(PAID, LATER, 700)),
        (RESERVE, lambda: reserve(an_order(Stage.RESERVE), LATER, 1, {})),
        (RESERVE, lambda: release(PAID, LATER)),
        (
            MAIL_CONFIRMATION,
            lambda: claim_mail(an_order(Stage.COMPLETED), LATER, MAIL_CONFIRMATION, "one"),
        ),
        (MAIL_CONFIRMATION, sent),
    ],
    ids=["approved", "charged", "refunded", "reserved", "released", "claimed", "sent"],
)
def test_an_effect_says_when_it_moved(effect: str, moves: Callable[[], Change | None]) -> None:
    made = moves()

    assert made is not None
    assert made.after.ledger[effect].at == LATER


def events_of(made: Change | None) -> list[tuple[str, dict[str, str | int]]]:
    """The kinds and details of the events."""
    assert made is not None
    return [(event.kind, dict(event.detail)) for event in made.events]


def test_the_event_of_a_release_has_its_units() -> None:
    made = release(PAID, NOW)

    assert events_of(made) == [("stock-released", {"units": 1})]
    assert made is not None
    assert made.after.reserved is False


@pytest.mark.parametrize(("minor", "kind"), [(700, "payment-refunded"), (0, "payment-voided")])
def test_the_event_of_a_refund_has_its_amount(minor: int, kind: str) -> None:
    made = record_refund(PAID, NOW, minor)

    assert events_of(made) == [(kind, {"amount_minor": minor})]
    assert made is not None
    assert made.after.charged is False


def test_what_costs_nothing_is_captured_as_nothing() -> None:
    made = record_charge(an_order(Stage.PAYMENT, total=0), NOW)

    assert events_of(made) == [("payment-captured", {"amount_minor": 0})]


def test_a_signal_that_compensation_settles_has_an_event_with_its_outcome() -> None:
    cancel = a_signal(SignalKind.CANCEL_ORDER, signal_id="C")
    order = an_order(inbox=(a_signal(signal_id="A"), cancel), cancel_requested_at=NOW)

    approval, cancelled, _ = events_of(begin_compensation(order, NOW, error=""))

    settled = {"signal_id": "A", "signal": "approve-payment", "outcome": "superseded"}
    assert approval == ("signal-settled", settled)
    settled = {"signal_id": "C", "signal": "cancel-order", "outcome": "applied"}
    assert cancelled == ("signal-settled", settled)


def test_the_event_of_compensation_without_a_reason_has_an_empty_one() -> None:
    made = begin_compensation(an_order(), NOW, error="")

    assert events_of(made) == [("compensation-started", {"reason": ""})]
    ended = an_order(Stage.COMPENSATING, ledger={}, reserved=False, last_error=None)
    assert events_of(close(ended, NOW)) == [
        ("order-failed", {"reason": "", "outcome": "failed", "reason_code": ""})
    ]


def test_a_cancel_that_the_inbox_does_not_hold_has_no_reason() -> None:
    made = begin_compensation(an_order(cancel_requested_at=NOW), NOW, error="PaymentDeclined")

    assert made.after.last_error == "cancelled: no reason given"


def test_only_events_of_mails_about_the_end_have_a_separate_stage() -> None:
    claim = claim_mail(an_order(), NOW, "mail-approval-1", "one")
    assert claim is not None

    made = record_mail_sent(claim.after, NOW, "mail-approval-1", "one")
    assert made is not None
    [event] = made.events

    assert (event.kind, event.stage) == ("mail-approval-1-sent", Stage.AWAITING_APPROVAL)
