"""The sandbox: slow and pending payments, expired keys, older records, disputes."""

import time
from typing import Any

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.sandbox.methods import PROCESSING_MS
from lambdas.adapters.sandbox.payments import (
    CLIENT_TIMEOUT_SECONDS,
    KEY_LIFETIME_MS,
    SandboxPayments,
)
from lambdas.adapters.sandbox.table import SandboxTable
from lambdas.domain.errors import (
    PaymentUnsettled,
    StoreConflict,
)
from lambdas.domain.payments import (
    Captured,
    DisputeState,
    PaymentState,
    Pending,
    Refunded,
    RefundFailed,
    Voided,
)
from lambdas.domain.record.money import Money
from local.data.bank import NoDispute, SandboxBank
from tests.adapters.payments.providers import KEY, REFUND, TEN, a_request, paid
from tests.support import tables
from tests.support.fakes.fake_clock import FakeClock


def put(dynamodb: Any, **record: Any) -> None:
    dynamodb.put_item(TableName=tables.PAYMENTS, Item=to_item(record))


def test_a_slow_answer_comes_after_the_clients_timeout(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    with pytest.raises(PaymentUnsettled, match=f"^no answer within {CLIENT_TIMEOUT_SECONDS} s$"):
        paid(payments, "pm_slow")

    assert clock.slept == [CLIENT_TIMEOUT_SECONDS]


def test_a_key_names_the_same_payment_until_it_expires(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    first = payments.prepare(a_request())
    clock.advance(KEY_LIFETIME_MS / 1000 - 1)
    assert payments.prepare(a_request()) == first

    clock.advance(1)
    second = payments.prepare(a_request())

    assert second != first
    assert payments.look_up(first) == payments.look_up(second)


def test_an_expired_refund_id_refunds_no_more_than_is_outstanding(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    clock.advance(KEY_LIFETIME_MS / 1000 + 1)

    with pytest.raises(Exception, match="higher than the outstanding amount"):
        payments.refund(REFUND, reference, TEN)

    assert payments.look_up(reference).refunded_minor == 1000


@pytest.mark.parametrize("call", ["capture", "look_up", "void"])
def test_a_pending_payment_is_captured_after_its_time(
    payments: SandboxPayments, clock: FakeClock, call: str
) -> None:
    reference = payments.prepare(a_request("pm_processing"))
    until = clock.now() + PROCESSING_MS
    assert payments.capture(reference) == payments.look_up(reference).result == Pending(until)

    clock.advance(PROCESSING_MS / 1000)
    getattr(payments, call)(reference)

    assert payments.look_up(reference).result == Captured(TEN)


def test_a_capture_of_a_version_without_states_is_refunded(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    amounts = {"captured_minor": 1000, "refundable_minor": 1000, "refunded_minor": 0}
    put(dynamodb, payment_key=KEY, currency="EUR", payment_method="pm_ok", **amounts)

    assert payments.prepare(a_request()) == KEY
    assert payments.capture(KEY) == Captured(TEN)
    payment = payments.void(KEY)
    payments.refund(REFUND, KEY, TEN)

    assert (payment.state, payment.outstanding_minor) == (PaymentState.CAPTURED, 1000)
    assert payments.look_up(KEY).outstanding_minor == 0


def test_older_records_count_a_closed_key_and_a_refund_without_a_time(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    put(dynamodb, payment_key=KEY, closed=True, captured_minor=0)
    assert payments.capture(payments.prepare(a_request())) == Voided()
    assert payments.void(KEY).state is PaymentState.VOIDED

    other = payments.prepare(a_request(key="pay:O2"))
    payments.capture(other)
    put(dynamodb, payment_key=REFUND, refund_of=other, minor=1000)
    assert payments.refund(REFUND, other, TEN) == Refunded()


def test_a_payment_may_be_pending_without_an_end(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    reference = paid(payments, "pm_pending")

    clock.advance(365 * 24 * 3600)

    assert payments.look_up(reference).result == Pending(until=None)
    assert payments.void(reference).state is PaymentState.PENDING


def test_a_refund_that_was_made_is_returned_while_the_provider_accepts_none(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    [record] = [one for one in tables.records(dynamodb, tables.PAYMENTS) if "state" in one]
    put(dynamodb, **{**record, "payment_method": "pm_refund_fails"})

    assert payments.refund(REFUND, reference, TEN) == Refunded()


def test_a_period_includes_its_first_millisecond_and_not_its_last(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    reference, at = paid(payments), clock.now()

    for since, until, listed in ((at, at + 1, True), (at - 9, at, False), (at + 1, at + 9, False)):
        assert [one for one, _ in payments.list_moved(since, until)] == [reference] * listed


def test_a_settlement_of_an_unknown_payment_is_an_error(dynamodb: Any) -> None:
    table = SandboxTable(dynamodb, name=tables.PAYMENTS)

    with pytest.raises(StoreConflict):
        table.settle("pay:O9", PaymentState.PENDING, {"state": "captured"})


@pytest.mark.parametrize(("won", "kept"), [(True, 1000), (False, 600)], ids=["won", "lost"])
def test_a_bank_withholds_a_part_of_a_payment_until_it_decides(
    dynamodb: Any, payments: SandboxPayments, won: bool, kept: int
) -> None:
    reference = paid(payments)
    bank = SandboxBank(dynamodb, table=tables.PAYMENTS, reference=reference)

    assert bank.open(400) == "dp_1"
    assert payments.look_up(reference).withheld_minor == 400
    refused = RefundFailed("the payment is disputed")
    assert payments.refund(REFUND, reference, TEN) == refused
    assert bank.decide(won=won) == "dp_1"

    payment = payments.look_up(reference)
    assert payment.disputes[0].state is (DisputeState.WON if won else DisputeState.LOST)
    assert (payment.withheld_minor, payment.outstanding_minor) == (0, kept)
    assert payments.refund(REFUND, reference, Money(kept, "EUR")) == Refunded()
    with pytest.raises(NoDispute):
        bank.open()


def test_a_disputed_payment_moved_when_it_was_disputed(
    dynamodb: Any, payments: SandboxPayments, clock: FakeClock
) -> None:
    reference = paid(payments)
    SandboxBank(dynamodb, table=tables.PAYMENTS, reference=reference).open()
    now = time.time_ns() // 1_000_000

    assert reference in dict(payments.list_moved(now - 60_000, now + 1_000))
    assert now > clock.now() + 60_000, "it was captured earlier"
