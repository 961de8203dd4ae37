"""Charges under the contract of both providers: captured once, declined, or closed."""

import pytest

from lambdas.domain.errors import (
    PaymentClosed,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.ports import ClosedPayment, PaymentGateway
from lambdas.domain.record.money import Money
from tests.adapters.providers import KEY, TEN, Books


def test_a_key_captures_once_however_often_it_is_charged(
    payments: PaymentGateway, books: Books
) -> None:
    captured = [payments.charge(KEY, TEN, "pm_ok") for _ in range(3)]

    assert captured == [TEN] * 3
    assert books() == (1000, 0)


def test_an_order_that_costs_nothing_is_charged_once_too(
    payments: PaymentGateway, books: Books
) -> None:
    for _ in range(2):
        payments.charge(KEY, Money(0, "EUR"), "pm_ok")

    assert books() == (0, 0)
    assert payments.close(KEY) == ClosedPayment(captured_minor=0)


@pytest.mark.parametrize("other", [Money(999, "EUR"), Money(1000, "USD")])
def test_a_key_never_captures_another_amount(
    payments: PaymentGateway, books: Books, other: Money
) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    assert payments.charge(KEY, other, "pm_ok") == TEN

    assert books() == (1000, 0)


def test_a_closed_key_never_captures(payments: PaymentGateway, books: Books) -> None:
    assert payments.close(KEY) == ClosedPayment(captured_minor=0)

    with pytest.raises(PaymentClosed):
        payments.charge(KEY, TEN, "pm_ok")

    assert books() == (0, 0)


def test_closing_tells_what_was_captured_and_keeps_it(
    payments: PaymentGateway, books: Books
) -> None:
    payments.charge(KEY, TEN, "pm_ok")

    assert [payments.close(KEY), payments.close(KEY)] == [ClosedPayment(captured_minor=1000)] * 2
    assert books() == (1000, 0)


def test_a_charge_that_was_captured_before_the_key_was_closed_is_still_told_as_captured(
    payments: PaymentGateway, books: Books
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    payments.close(KEY)

    payments.charge(KEY, TEN, "pm_ok")

    assert books() == (1000, 0)


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


def test_keys_do_not_know_each_other(payments: PaymentGateway, books: Books) -> None:
    payments.charge("pay:O2", TEN, "pm_ok")
    payments.close("pay:O3")

    payments.charge(KEY, Money(1, "EUR"), "pm_ok")

    assert books() == (1, 0)
