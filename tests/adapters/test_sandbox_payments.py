"""What only the table behind the sandbox can do: race, throttle, fall silent."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas.adapters.sandbox_payments import CLIENT_TIMEOUT_SECONDS, SandboxPayments
from lambdas.domain.errors import (
    PaymentClosed,
    PaymentUnsettled,
    ProviderUnavailable,
    TransientError,
)
from tests.adapters.providers import KEY, REFUND, TEN
from tests.support import tables
from tests.support.fake_clock import FakeClock
from tests.support.faults import answer, cancelled, fail, lose_answer


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def payments(dynamodb: Any, clock: FakeClock) -> SandboxPayments:
    return SandboxPayments(dynamodb, clock, payments_table=tables.PAYMENTS)


def captured(dynamodb: Any) -> list[int]:
    return [r["captured_minor"] for r in tables.records(dynamodb, tables.PAYMENTS)]


def test_a_slow_answer_comes_after_the_clients_timeout(
    payments: SandboxPayments, clock: FakeClock
) -> None:
    with pytest.raises(PaymentUnsettled):
        payments.charge(KEY, TEN, "pm_slow")

    assert clock.slept == [CLIENT_TIMEOUT_SECONDS]


def between_look_and_capture(dynamodb: Any, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let `act` happen after the provider looked the key up and before it captures."""
    original = SandboxPayments._capture

    def capture(self: SandboxPayments, *args: Any) -> None:
        monkeypatch.setattr(SandboxPayments, "_capture", original)
        act()
        original(self, *args)

    monkeypatch.setattr(SandboxPayments, "_capture", capture)


def test_a_key_that_is_closed_during_the_charge_captures_nothing(
    dynamodb: Any, payments: SandboxPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    between_look_and_capture(dynamodb, monkeypatch, lambda: payments.close(KEY))

    with pytest.raises(PaymentClosed):
        payments.charge(KEY, TEN, "pm_ok")

    assert captured(dynamodb) == [0]


def test_two_charges_at_once_capture_once(
    dynamodb: Any, payments: SandboxPayments, monkeypatch: pytest.MonkeyPatch
) -> None:
    between_look_and_capture(dynamodb, monkeypatch, lambda: payments.charge(KEY, TEN, "pm_ok"))

    payments.charge(KEY, TEN, "pm_ok")

    assert captured(dynamodb) == [1000]


@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
def test_a_charge_that_is_throttled_is_a_transient_error_and_captures_nothing(
    dynamodb: Any, payments: SandboxPayments, operation: str
) -> None:
    answer(dynamodb, operation, "ThrottlingException")

    with pytest.raises(TransientError):
        payments.charge(KEY, TEN, "pm_ok")

    assert captured(dynamodb) == []


@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
def test_a_charge_that_gets_no_answer_is_a_transient_error(
    dynamodb: Any, payments: SandboxPayments, operation: str
) -> None:
    fail(dynamodb, operation, ReadTimeoutError(endpoint_url="https://dynamodb"))

    with pytest.raises(TransientError):
        payments.charge(KEY, TEN, "pm_ok")


def test_a_capture_whose_answer_was_lost_is_found_by_the_retry(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    lose_answer(dynamodb, "PutItem")
    with pytest.raises(TransientError):
        payments.charge(KEY, TEN, "pm_ok")

    payments.charge(KEY, TEN, "pm_ok")

    assert captured(dynamodb) == [1000]


def test_a_refund_whose_answer_was_lost_is_made_once(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    lose_answer(dynamodb, "TransactWriteItems")
    with pytest.raises(TransientError):
        payments.refund(REFUND, KEY, 1000)

    payments.refund(REFUND, KEY, 1000)

    [payment] = [r for r in tables.records(dynamodb, tables.PAYMENTS) if r["payment_key"] == KEY]
    assert (payment["refunded_minor"], payment["refundable_minor"]) == (1000, 0)


def test_a_refund_that_meets_another_write_is_a_transient_error(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    reasons = cancelled("None", "TransactionConflict")
    answer(dynamodb, "TransactWriteItems", "TransactionCanceledException", **reasons)

    with pytest.raises(ProviderUnavailable, match="busy"):
        payments.refund(REFUND, KEY, 1000)


@pytest.mark.parametrize("operation", ["GetItem", "TransactWriteItems"])
def test_a_refund_that_is_throttled_is_a_transient_error(
    dynamodb: Any, payments: SandboxPayments, operation: str
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    answer(dynamodb, operation, "ThrottlingException")

    with pytest.raises(TransientError):
        payments.refund(REFUND, KEY, 1000)


def test_a_table_that_is_forbidden_is_no_transient_error(
    dynamodb: Any, payments: SandboxPayments
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    answer(dynamodb, "TransactWriteItems", "AccessDeniedException")
    with pytest.raises(ClientError):
        payments.refund(REFUND, KEY, 1000)
    answer(dynamodb, "PutItem", "AccessDeniedException")
    with pytest.raises(ClientError):
        payments.charge("pay:O2", TEN, "pm_ok")


def test_closing_is_translated_too(dynamodb: Any, payments: SandboxPayments) -> None:
    answer(dynamodb, "UpdateItem", "ThrottlingException")

    with pytest.raises(TransientError):
        payments.close(KEY)


def test_a_refund_that_was_made_by_hand_counts_though_the_method_refuses_refunds(
    payments: SandboxPayments, dynamodb: Any
) -> None:
    payments.charge(KEY, TEN, "pm_refund_fails")
    with pytest.raises(ProviderUnavailable):
        payments.refund(REFUND, KEY, 1000)
    dynamodb.put_item(TableName=tables.PAYMENTS, Item={"payment_key": {"S": REFUND}})

    payments.refund(REFUND, KEY, 1000)
