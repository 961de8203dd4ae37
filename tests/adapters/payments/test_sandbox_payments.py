"""The sandbox's table: races, throttling, lost answers, forgotten keys, older records."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

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
    ProviderUnavailable,
    StoreConflict,
    TransientError,
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
from tests.adapters.payments.providers import KEY, REFUND, TEN, a_request
from tests.support import tables
from tests.support.fakes.fake_clock import FakeClock
from tests.support.faults import answer, cancelled, fail, lose_answer

CALLS: Mapping[str, Callable[[SandboxPayments, str], object]] = {
    "prepare": lambda payments, _: payments.prepare(a_request(key="pay:O2")),
    "refund": lambda payments, reference: payments.refund(REFUND, reference, TEN),
    "void": lambda payments, reference: payments.void(reference),
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def payments(dynamodb: Any, clock: FakeClock) -> SandboxPayments:
    return SandboxPayments(dynamodb, clock, payments_table=tables.PAYMENTS)


def captured(dynamodb: Any) -> list[int]:
    records = tables.records(dynamodb, tables.PAYMENTS)
    return [r["captured_minor"] for r in records if r.get("captured_minor")]


def paid(payments: SandboxPayments, method: str = "pm_ok") -> str:
    reference = payments.prepare(a_request(method))
    payments.capture(reference)
    return reference


def put(dynamodb: Any, **record: Any) -> None:
    dynamodb.put_item(TableName=tables.PAYMENTS, Item=to_item(record))


def test_a_slow_answer_comes_after_the_clients_timeout(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    with pytest.raises(PaymentUnsettled, match=f"^no answer within {CLIENT_TIMEOUT_SECONDS} s$"):
        paid(payments, "pm_slow")

    assert clock.slept == [CLIENT_TIMEOUT_SECONDS]


def act_before(monkeypatch: pytest.MonkeyPatch, write: str, act: Callable[[], object]) -> None:
    """Let `act` happen once, after the provider read the payment and before it writes."""
    original = getattr(SandboxTable, write)

    def late(self: SandboxTable, *args: Any, **options: Any) -> Any:
        monkeypatch.setattr(SandboxTable, write, original)
        act()
        return original(self, *args, **options)

    monkeypatch.setattr(SandboxTable, write, late)


@pytest.mark.parametrize(
    ("other", "result", "minor"), [("void", Voided(), []), ("capture", Captured(TEN), [1000])]
)
def test_a_capture_is_made_on_what_another_call_left(
    dynamodb: Any,
    payments: SandboxPayments,
    monkeypatch: pytest.MonkeyPatch,
    other: str,
    result: object,
    minor: list[int],
) -> None:
    reference = payments.prepare(a_request())
    act_before(monkeypatch, "settle", lambda: getattr(payments, other)(reference))

    assert payments.capture(reference) == result

    assert captured(dynamodb) == minor


@pytest.mark.parametrize("operation", ["GetItem", "UpdateItem"])
@pytest.mark.parametrize("answered", [True, False], ids=["throttled", "no answer"])
def test_a_capture_that_the_table_does_not_take_is_a_transient_error_and_captures_nothing(
    dynamodb: Any, payments: SandboxPayments, operation: str, answered: bool
) -> None:
    reference = payments.prepare(a_request())
    if answered:
        answer(dynamodb, operation, "ThrottlingException")
    else:
        fail(dynamodb, operation, ReadTimeoutError(endpoint_url="https://dynamodb"))

    with pytest.raises(TransientError):
        payments.capture(reference)

    assert captured(dynamodb) == []


def test_a_capture_whose_answer_was_lost_is_found_by_the_retry(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    reference = payments.prepare(a_request())
    lose_answer(dynamodb, "UpdateItem")
    with pytest.raises(PaymentUnsettled, match=r"^the payment provider did not answer$"):
        payments.capture(reference)

    assert payments.capture(reference) == Captured(TEN)

    assert captured(dynamodb) == [1000]


def test_a_refund_whose_answer_was_lost_is_made_once(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    reference = paid(payments)
    lose_answer(dynamodb, "TransactWriteItems")
    with pytest.raises(TransientError):
        payments.refund(REFUND, reference, TEN)

    payments.refund(REFUND, reference, TEN)

    assert payments.look_up(reference).refunded_minor == 1000


def test_two_refunds_at_once_refund_once(
    payments: SandboxPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = paid(payments)
    again = partial(payments.refund, REFUND, reference, TEN)
    act_before(monkeypatch, "book_refund", again)

    assert payments.refund(REFUND, reference, TEN) == Refunded()

    assert payments.look_up(reference).refunds == 1


def test_a_refund_that_meets_another_write_is_a_transient_error(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    reference = paid(payments)
    reasons = cancelled("None", "TransactionConflict")
    answer(dynamodb, "TransactWriteItems", "TransactionCanceledException", **reasons)

    with pytest.raises(ProviderUnavailable, match=r"^the payment provider is busy$"):
        payments.refund(REFUND, reference, TEN)


@pytest.mark.parametrize(
    ("call", "operation"),
    [("refund", "GetItem"), ("refund", "TransactWriteItems"), ("void", "UpdateItem")],
)
def test_a_table_that_throttles_is_a_transient_error(
    dynamodb: Any, payments: SandboxPayments, call: str, operation: str
) -> None:
    reference = paid(payments)
    answer(dynamodb, operation, "ThrottlingException")

    with pytest.raises(TransientError):
        CALLS[call](payments, reference)


@pytest.mark.parametrize(
    ("call", "operation"),
    [("refund", "TransactWriteItems"), ("prepare", "PutItem"), ("void", "UpdateItem")],
)
def test_a_table_that_is_forbidden_is_no_transient_error(
    dynamodb: Any, payments: SandboxPayments, call: str, operation: str
) -> None:
    reference = paid(payments)
    answer(dynamodb, operation, "AccessDeniedException")

    with pytest.raises(ClientError):
        CALLS[call](payments, reference)


def test_a_key_names_the_same_payment_until_it_is_forgotten(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    first = payments.prepare(a_request())
    clock.advance(KEY_LIFETIME_MS / 1000 - 1)
    assert payments.prepare(a_request()) == first

    clock.advance(1)
    second = payments.prepare(a_request())

    assert second != first
    assert payments.look_up(first) == payments.look_up(second)


def test_a_refund_id_that_is_forgotten_refunds_no_more_than_is_outstanding(
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
