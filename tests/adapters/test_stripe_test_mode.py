"""The adapter on Stripe's test mode; collected if STRIPE_TEST_KEY has the key of an account."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_socket import disable_socket, enable_socket

from lambdas.adapters.stripe_payments import StripePayments
from lambdas.domain.payments import Captured, Declined, PaymentState, Refunded, Voided
from tests.adapters.providers import TEN, a_request
from tests.adapters.stripe_provider import FixedSecret


@pytest.fixture
def payments() -> Iterator[StripePayments]:
    enable_socket()
    yield StripePayments(FixedSecret(os.environ["STRIPE_TEST_KEY"]))
    disable_socket()


def prepared(payments: StripePayments, method: str = "pm_card_visa") -> str:
    return payments.prepare(a_request(method, key=f"pay:{uuid4()}"))


def test_a_payment_is_captured_once_and_refunded_once(payments: StripePayments) -> None:
    reference = prepared(payments)
    assert payments.look_up(reference).state is PaymentState.PREPARED

    assert [payments.capture(reference) for _ in range(2)] == [Captured(TEN)] * 2
    assert payments.void(reference).state is PaymentState.CAPTURED
    assert payments.refund(f"refund:{uuid4()}", reference, TEN) == Refunded()

    payment = payments.look_up(reference)
    assert (payment.captured_minor, payment.refunded_minor) == (1000, 1000)


def test_a_declined_payment_has_its_reason(payments: StripePayments) -> None:
    reference = prepared(payments, "pm_card_visa_chargeDeclinedInsufficientFunds")

    assert [payments.capture(reference) for _ in range(2)] == [Declined("insufficient funds")] * 2
    assert payments.void(reference).state is PaymentState.VOIDED


def test_a_voided_payment_is_never_captured(payments: StripePayments) -> None:
    reference = prepared(payments)

    assert [payments.void(reference).state for _ in range(2)] == [PaymentState.VOIDED] * 2
    assert payments.capture(reference) == Voided()
