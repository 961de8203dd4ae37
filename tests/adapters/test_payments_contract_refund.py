"""Refunds under the contract of both providers: made once, and of no more than was captured."""

import pytest

from lambdas.domain.errors import LedgerMismatch, ProviderUnavailable
from lambdas.domain.ports import ClosedPayment, PaymentGateway
from tests.adapters.providers import KEY, REFUND, TEN, Books


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


def test_closing_counts_what_was_refunded_by_hand(payments: PaymentGateway, books: Books) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    payments.refund("refund:by-hand", KEY, 300)

    closed = payments.close(KEY)
    with pytest.raises(LedgerMismatch, match="the refund is higher than the outstanding amount"):
        payments.refund(REFUND, KEY, 1000)
    payments.refund(REFUND, KEY, closed.outstanding_minor)

    assert closed == ClosedPayment(captured_minor=1000, refunded_minor=300)
    assert payments.close(KEY).outstanding_minor == 0
    assert books() == (1000, 1000)


def test_a_refund_that_was_executed_is_a_success_whatever_is_asked_again(
    payments: PaymentGateway, books: Books
) -> None:
    payments.charge(KEY, TEN, "pm_ok")
    payments.refund(REFUND, KEY, 700)

    payments.refund(REFUND, KEY, 1000)

    assert books() == (1000, 700)


def test_nothing_is_refunded_of_a_payment_that_never_was(payments: PaymentGateway) -> None:
    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, KEY, 1)


def test_nothing_is_refunded_of_a_key_that_was_closed_uncharged(payments: PaymentGateway) -> None:
    payments.close(KEY)

    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, KEY, 1)


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
