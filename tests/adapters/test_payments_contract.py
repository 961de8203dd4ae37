"""One suite for both providers: the fake of the unit tests, and the sandbox on its own table."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.adapters.sandbox_payments import SandboxPayments
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentClosed,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.money import Money
from lambdas.domain.ports import PaymentGateway
from tests.support import tables
from tests.support.fake_clock import FakeClock
from tests.support.fake_payments import FakePayments

KEY, REFUND = "pay:O1", "refund:O1"
TEN = Money(1000, "EUR")

Books = Callable[[], tuple[int, int]]


@pytest.fixture(params=["in-memory", "sandbox"])
def provider(request: pytest.FixtureRequest) -> tuple[PaymentGateway, Books]:
    """A provider, and (captured, refunded) under KEY as its books say."""
    if request.param == "in-memory":
        fake = FakePayments()
        return fake, lambda: _of_fake(fake)
    client = request.getfixturevalue("dynamodb")
    sandbox = SandboxPayments(client, FakeClock(), payments_table=tables.PAYMENTS)
    return sandbox, lambda: _of_table(client)


def _of_fake(fake: FakePayments) -> tuple[int, int]:
    payment = fake.payments.get(KEY)
    if payment is None or payment.captured is None:
        return 0, 0
    return payment.captured.amount_minor, payment.refunded_minor


def _of_table(client: Any) -> tuple[int, int]:
    found = [r for r in tables.records(client, tables.PAYMENTS) if r["payment_key"] == KEY]
    return (found[0]["captured_minor"], found[0].get("refunded_minor", 0)) if found else (0, 0)


@pytest.fixture
def payments(provider: tuple[PaymentGateway, Books]) -> PaymentGateway:
    return provider[0]


@pytest.fixture
def books(provider: tuple[PaymentGateway, Books]) -> Books:
    return provider[1]


def test_a_key_captures_once_however_often_it_is_charged(
    payments: PaymentGateway, books: Books
) -> None:
    for _ in range(3):
        payments.charge(KEY, TEN, "pm_ok")

    assert books() == (1000, 0)


@pytest.mark.parametrize("other", [Money(999, "EUR"), Money(1000, "USD")])
def test_a_key_never_captures_another_amount(
    payments: PaymentGateway, books: Books, other: Money
) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    with pytest.raises(LedgerMismatch):
        payments.charge(KEY, other, "pm_ok")

    assert books() == (1000, 0)


def test_a_closed_key_never_captures(payments: PaymentGateway, books: Books) -> None:
    assert payments.close(KEY) == 0

    with pytest.raises(PaymentClosed):
        payments.charge(KEY, TEN, "pm_ok")

    assert books() == (0, 0)


def test_closing_tells_what_was_captured_and_keeps_it(
    payments: PaymentGateway, books: Books
) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    assert [payments.close(KEY), payments.close(KEY)] == [1000, 1000]
    assert books() == (1000, 0)


def test_a_charge_that_was_captured_before_the_key_was_closed_is_still_told_as_captured(
    payments: PaymentGateway, books: Books
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    payments.close(KEY)

    payments.charge(KEY, TEN, "pm_ok")

    assert books() == (1000, 0)


def test_a_refund_is_made_once(payments: PaymentGateway, books: Books) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    for _ in range(3):
        payments.refund(REFUND, KEY, 1000)

    assert books() == (1000, 1000)


def test_no_more_is_refunded_than_was_captured(payments: PaymentGateway, books: Books) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, KEY, 1001)
    payments.refund(REFUND, KEY, 600)
    with pytest.raises(LedgerMismatch):
        payments.refund("refund:again", KEY, 600)

    assert books() == (1000, 600)


def test_nothing_is_refunded_of_a_payment_that_never_was(payments: PaymentGateway) -> None:
    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, KEY, 1)


def test_nothing_is_refunded_of_a_key_that_was_closed_uncharged(payments: PaymentGateway) -> None:
    payments.close(KEY)

    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, KEY, 1)


@pytest.mark.parametrize("method", ["pm_declined", "pm_insufficient_funds", "pm_nonsense", ""])
def test_a_declined_method_is_declined_every_time(
    payments: PaymentGateway, books: Books, method: str
) -> None:
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            payments.charge(KEY, TEN, method)

    assert books() == (0, 0)


def test_the_decline_says_why(payments: PaymentGateway) -> None:
    with pytest.raises(PaymentDeclined, match="insufficient funds"):
        payments.charge(KEY, TEN, "pm_insufficient_funds")


def test_a_flaky_provider_works_at_the_third_attempt(
    payments: PaymentGateway, books: Books
) -> None:
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            payments.charge(KEY, TEN, "pm_flaky_2")
    payments.charge(KEY, TEN, "pm_flaky_2")
    payments.charge(KEY, TEN, "pm_flaky_2")

    assert books() == (1000, 0)


def test_an_unavailable_provider_stays_unavailable(payments: PaymentGateway, books: Books) -> None:
    for _ in range(5):
        with pytest.raises(ProviderUnavailable):
            payments.charge(KEY, TEN, "pm_unavailable")

    assert books() == (0, 0)


def test_a_slow_provider_has_charged_and_says_so_when_asked_again(
    payments: PaymentGateway, books: Books
) -> None:
    with pytest.raises(PaymentUnsettled):
        payments.charge(KEY, TEN, "pm_slow")
    assert books() == (1000, 0)

    payments.charge(KEY, TEN, "pm_slow")

    assert books() == (1000, 0)


def test_a_refund_fails_twice_and_then_works(payments: PaymentGateway, books: Books) -> None:
    payments.charge(KEY, TEN, "pm_refund_fails_2")
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            payments.refund(REFUND, KEY, 1000)
    assert books() == (1000, 0)

    payments.refund(REFUND, KEY, 1000)

    assert books() == (1000, 1000)


def test_a_refund_that_always_fails_refunds_nothing(payments: PaymentGateway, books: Books) -> None:
    payments.charge(KEY, TEN, "pm_refund_fails")

    for _ in range(4):
        with pytest.raises(ProviderUnavailable):
            payments.refund(REFUND, KEY, 1000)

    assert books() == (1000, 0)


def test_keys_do_not_know_each_other(payments: PaymentGateway, books: Books) -> None:
    payments.charge("pay:O2", TEN, "pm_ok")
    payments.close("pay:O3")

    payments.charge(KEY, Money(1, "EUR"), "pm_ok")

    assert books() == (1, 0)
