"""The sandbox's table: races, throttling, lost answers."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas.adapters.sandbox.payments import (
    SandboxPayments,
)
from lambdas.adapters.sandbox.table import SandboxTable
from lambdas.domain.errors import (
    PaymentUnsettled,
    ProviderUnavailable,
    TransientError,
)
from lambdas.domain.payments import (
    Captured,
    Refunded,
    Voided,
)
from tests.adapters.payments.providers import REFUND, TEN, a_request, paid
from tests.support import tables
from tests.support.faults import answer, cancelled, fail, lose_answer

CALLS: Mapping[str, Callable[[SandboxPayments, str], object]] = {
    "prepare": lambda payments, _: payments.prepare(a_request(key="pay:O2")),
    "refund": lambda payments, reference: payments.refund(REFUND, reference, TEN),
    "void": lambda payments, reference: payments.void(reference),
}


def captured(dynamodb: Any) -> list[int]:
    records = tables.records(dynamodb, tables.PAYMENTS)
    return [r["captured_minor"] for r in records if r.get("captured_minor")]


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
