"""A payment or refund that the provider settles later, and the wait for it."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import PaymentNotSettled
from lambdas.domain.payments import Payment, PaymentState
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.ledger import LOOK_UP_NOW, PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.compensation import awaits_refund, begin_compensation, close
from lambdas.domain.steps.settlement import LOOK_UP_PAUSE_MS, notify_if_settled, record_pending
from lambdas.domain.steps.wait import Decision, WaitPolicy, is_waiting, next_step
from tests.support.builders import an_order, made
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises

HOUR_MS = 3_600_000
SETTLED = Payment(state=PaymentState.CAPTURED, amount=Money(2500, "EUR"), captured_minor=2500)
PACE = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=False)


def payer(stage: Stage) -> Order:
    """An order at a stage, with a payment that may have been captured."""
    order = an_order(stage, start_pending=False)
    payment = an_order(Stage.PAYMENT, order_id=order.order_id).ledger[PAY]
    return order.with_effect(PAY, order.ledger.get(PAY, payment))


def found_pending(order: Order, until: int | None = None, seen: Order | None = None) -> Order:
    """The order after a look-up that found its payment pending."""
    change = record_pending(order, NOW, seen=seen or order, until=until, timeout_ms=HOUR_MS)
    return order if change is None else change.after


def pending(stage: Stage = Stage.PAYMENT, until: int | None = None) -> Order:
    """An order after the second look-up of its payment."""
    return found_pending(found_pending(payer(stage)), until)


@pytest.mark.parametrize(
    ("stage", "kind"),
    [(Stage.PAYMENT, "payment-pending"), (Stage.COMPENSATING, "refund-pending")],
)
def test_the_deadline_is_recorded_once_and_shown(stage: Stage, kind: str) -> None:
    order = payer(stage)

    first = made(record_pending(order, NOW, seen=order, until=None, timeout_ms=HOUR_MS))

    [event] = first.events
    assert (event.kind, event.detail) == (kind, {"until": NOW + HOUR_MS})
    deadlines = {"payment-pending": first.after.payment_pending_until}
    deadlines["refund-pending"] = first.after.refund_pending_until
    assert deadlines == {"payment-pending": None, "refund-pending": None, kind: NOW + HOUR_MS}
    second = found_pending(first.after)
    assert second.event_count == first.after.event_count
    later = record_pending(second, NOW + 9, seen=second, until=None, timeout_ms=HOUR_MS)
    assert later is None
    seen, until = first.after, NOW + 60_000
    named = made(record_pending(seen, NOW + 9, seen=seen, until=until, timeout_ms=HOUR_MS))
    assert (named.after.wait_ends_at, named.events) == (until, ())


UNDONE = payer(Stage.COMPENSATING).ledger[PAY].with_state(EffectState.UNDONE, NOW)


@pytest.mark.parametrize(
    "order",
    [
        *map(payer, sorted(set(Stage) - {Stage.PAYMENT, Stage.COMPENSATING})),
        payer(Stage.COMPENSATING).with_effect(PAY, UNDONE),
    ],
    ids=lambda order: order.stage,
)
def test_an_order_that_moved_on_or_whose_payment_is_undone_records_nothing(order: Order) -> None:
    assert record_pending(order, NOW, seen=order, until=None, timeout_ms=HOUR_MS) is None


@pytest.mark.parametrize(
    ("until", "look_up_at"),
    [
        (None, NOW + HOUR_MS),
        (NOW + 60_000, NOW + 60_000),
        (NOW + 2 * HOUR_MS, NOW + HOUR_MS),
        (NOW + 1, NOW + LOOK_UP_PAUSE_MS),
        (NOW - 1, NOW + HOUR_MS),
        (NOW, NOW + HOUR_MS),
    ],
    ids=["no time", "in time", "after the deadline", "at once", "in the past", "now"],
)
def test_the_payment_is_looked_up_at_the_time_that_the_provider_named(
    until: int | None, look_up_at: int
) -> None:
    assert pending(until=until).wait_ends_at == look_up_at


@pytest.mark.parametrize("until", [None, NOW + 1, NOW + HOUR_MS])
def test_a_payment_that_was_found_pending_for_the_first_time_is_looked_up_again_soon(
    until: int | None,
) -> None:
    """A report that came before this write found no pending payment, and was not written."""
    assert found_pending(payer(Stage.PAYMENT), until).wait_ends_at == NOW + LOOK_UP_PAUSE_MS


def test_a_look_up_that_began_before_another_write_is_repeated_soon() -> None:
    """Two attempts look the payment up; the second one writes after the wait has begun."""
    seen = payer(Stage.PAYMENT)
    waiting = found_pending(found_pending(seen))

    after = found_pending(waiting, NOW + 60_000, seen=seen)

    assert after.wait_ends_at == NOW + LOOK_UP_PAUSE_MS


def test_a_payment_that_is_pending_at_its_deadline_is_a_business_reason() -> None:
    order = pending()

    for now in (NOW + HOUR_MS, NOW + 2 * HOUR_MS):
        with raises(PaymentNotSettled, "the payment was not settled in time", order.order_id):
            record_pending(order, now, seen=order, until=None, timeout_ms=HOUR_MS)
    assert record_pending(order, NOW + HOUR_MS - 1, seen=order, until=None, timeout_ms=1)


def test_a_refund_that_is_pending_at_its_deadline_is_stuck() -> None:
    order = replace(pending(Stage.COMPENSATING), reserved=False)
    order = order.with_effect(
        "reserve", order.ledger["reserve"].with_state(EffectState.UNDONE, NOW)
    )

    assert awaits_refund(order, NOW + HOUR_MS - 1)
    assert close(order, NOW + HOUR_MS - 1) is None
    after = made(close(order, NOW + HOUR_MS)).after
    assert after.ledger[PAY].stuck
    assert not awaits_refund(after, NOW)


def test_another_effect_that_is_not_undone_is_stuck_while_the_refund_is_pending() -> None:
    assert made(close(pending(Stage.COMPENSATING), NOW)).after.ledger["reserve"].stuck


@pytest.mark.parametrize(
    ("stage", "decision"),
    [(Stage.PAYMENT, Decision.PAY), (Stage.COMPENSATING, Decision.COMPENSATE)],
)
@pytest.mark.parametrize("mails_approver", [False, True])
def test_the_order_waits_without_ticks_until_the_look_up_is_due(
    stage: Stage, decision: Decision, *, mails_approver: bool
) -> None:
    order = replace(pending(stage), approval_deadline=NOW)
    pace = PACE._replace(mails_approver=mails_approver)
    waits = next_step(order, NOW, pace, loops=1)

    assert waits.decision is Decision.WAIT
    assert (waits.heartbeat_seconds, waits.timeout_seconds) == (3600, 3601)
    assert is_waiting(order, NOW + HOUR_MS - 1)
    assert not is_waiting(order, NOW + HOUR_MS)
    assert next_step(order, NOW + HOUR_MS, PACE, loops=1).decision is decision


def test_a_waiting_order_is_checked_after_the_look_up_was_due() -> None:
    order = pending()

    assert order.only_waits
    assert 0 <= order.next_check_at - (NOW + HOUR_MS + CHECK_SOON_MS) < 60_000


def test_a_report_of_the_provider_ends_the_wait_and_is_checked_soon() -> None:
    after = reported(replace(pending(), start_pending=True), NOW + 5)

    assert after.notified
    assert not is_waiting(after, NOW + 5)
    assert not after.only_waits
    assert after.next_check_at <= NOW + 5 + CHECK_SOON_MS
    assert after.start_pending, "the write is not the execution's"


def reported(order: Order, now: int = NOW) -> Order:
    """The order after a report that its payment is settled."""
    return made(notify_if_settled(order, now, SETTLED)).after


def test_a_report_about_a_payment_that_is_still_pending_or_never_was_changes_nothing() -> None:
    unsettled = Payment(state=PaymentState.PENDING, amount=SETTLED.amount)

    for payment in (unsettled, replace(SETTLED, refund_pending_minor=1)):
        assert notify_if_settled(pending(), NOW, payment) is None
    assert notify_if_settled(an_order(Stage.PAYMENT), NOW, SETTLED) is None


def test_a_look_up_after_the_report_answers_it() -> None:
    seen = reported(pending())

    after = made(record_pending(seen, NOW, seen=seen, until=None, timeout_ms=1)).after

    assert after.ledger[PAY].look_up_at == NOW + HOUR_MS


def test_a_report_during_a_look_up_is_kept() -> None:
    """The provider settled the payment after it was looked up."""
    seen = pending()
    first = reported(seen)
    second = reported(first)

    for before, after in ((seen, first), (first, second)):
        assert record_pending(after, NOW, seen=before, until=None, timeout_ms=1) is None
        assert after.ledger[PAY].look_up_at == LOOK_UP_NOW


def test_compensation_has_another_deadline_and_its_repetition_the_same() -> None:
    turned = begin_compensation(pending(), NOW, error="x").after
    assert turned.settling is None

    waits = made(record_pending(turned, NOW + 7, seen=turned, until=None, timeout_ms=HOUR_MS)).after
    again = begin_compensation(waits, NOW + 9, error="x", next_epoch=True).after

    assert again.refund_pending_until == NOW + 7 + HOUR_MS


def test_a_payment_that_settles_is_no_longer_pending() -> None:
    paid = pending().ledger[PAY].with_state(EffectState.DONE, NOW)

    assert (paid.pending_until, paid.look_up_at) == (None, None)
