"""Refunds under the contract of every provider: made once, of no more than was captured."""

import re

import pytest

from lambdas.domain.errors import LedgerMismatch
from lambdas.domain.payments import PaymentState, Refunded, RefundFailed
from lambdas.domain.record.money import Money
from tests.adapters.payments.providers import REFUND, TEN, Provider


def euros(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


def test_a_refund_is_made_once(provider: Provider) -> None:
    reference = provider.captured()

    results = [provider.gateway.refund(REFUND, reference, TEN) for _ in range(3)]

    assert results == [Refunded()] * 3
    assert provider.books() == [(1000, 1000)]
    payment = provider.gateway.look_up(reference)
    assert (payment.state, payment.outstanding_minor) == (PaymentState.CAPTURED, 0)
    assert (payment.refunds, payment.refund_pending_minor) == (1, 0)


def test_no_more_is_refunded_than_was_captured(provider: Provider) -> None:
    reference = provider.captured()

    with pytest.raises(LedgerMismatch, match=provider.refusals.too_much):
        provider.gateway.refund(REFUND, reference, euros(1001))
    provider.gateway.refund("refund:first", reference, euros(600))
    with pytest.raises(LedgerMismatch):
        provider.gateway.refund("refund:again", reference, euros(600))

    assert provider.books() == [(1000, 600)]


def test_a_refund_by_hand_counts(provider: Provider) -> None:
    reference = provider.captured()
    provider.gateway.refund("refund:by-hand", reference, euros(300))

    payment = provider.gateway.void(reference)
    provider.gateway.refund(REFUND, reference, euros(payment.outstanding_minor))

    assert (payment.captured_minor, payment.refunded_minor, payment.refunds) == (1000, 300, 1)
    assert provider.gateway.look_up(reference).outstanding_minor == 0
    assert provider.books() == [(1000, 1000)]


def test_a_refund_that_fails_refunds_nothing(provider: Provider) -> None:
    reference = provider.captured("pm_refund_rejected")

    result = provider.gateway.refund(REFUND, reference, TEN)

    assert isinstance(result, RefundFailed)
    assert re.search(provider.refusals.failed, result.reason)

    assert provider.gateway.look_up(reference).outstanding_minor == 1000
    assert provider.books() == [(1000, 0)]


def test_nothing_is_refunded_of_a_payment_that_was_not_captured(provider: Provider) -> None:
    reference = provider.prepare()

    with pytest.raises(LedgerMismatch, match=provider.refusals.not_captured):
        provider.gateway.refund(REFUND, reference, euros(500))
    provider.gateway.void(reference)
    with pytest.raises(LedgerMismatch):
        provider.gateway.refund(REFUND, reference, euros(500))


def test_nothing_is_refunded_of_an_unknown_payment(provider: Provider) -> None:
    with pytest.raises(LedgerMismatch):
        provider.gateway.refund(REFUND, "pi_unknown", euros(500))
