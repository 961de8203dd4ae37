"""Requests to Stripe through its SDK: errors, stored answers, keys, rotated secrets, timeouts."""

from dataclasses import replace
from typing import Any

import pytest
import stripe

from lambdas.adapters import aws_clients
from lambdas.adapters.stripe.api import HTTP_TIMEOUT, StripeApi
from lambdas.adapters.stripe.errors import error_code
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.domain.errors import LedgerMismatch, PaymentUnsettled, ProviderUnavailable
from lambdas.domain.payments import Captured, PaymentState, Refunded
from lambdas.domain.record.money import Money
from lambdas.services.payment_reports import MESSAGE_PATIENCE_MS, PATIENCE_MS
from stacks.api import payment_webhook
from stacks.workflow.activity_functions import TIMEOUT_SECONDS
from tests.adapters.payments.providers import KEY, REFUND, TEN, a_request
from tests.adapters.stripe.stripe_provider import FixedSecret, captures, paid, prepared
from tests.support.fakes.fake_stripe import FakeStripe, Fault

UNKNOWN = [
    (Fault(None), "Stripe answered nothing"),
    (Fault(None, after_effect=True), "Stripe answered nothing"),
    (Fault(500), "Stripe answered 500"),
    (Fault(503, after_effect=True), "Stripe answered 503"),
    (Fault(409, "idempotency_key_in_use"), "Stripe answered 409"),
    (Fault(429, "lock_timeout"), "another request holds the payment at Stripe"),
]
"""Faults after which the effect of a request is unknown, and how they are reported."""
REFUSED = [Fault(429), Fault(403)]
API_GATEWAY_SECONDS = 30
"""How long an HTTP API waits for an integration. (API Gateway developer guide, "Quotas")"""
PAUSE_BETWEEN_ATTEMPTS_SECONDS = 1
"""The longest pause before the second attempt. (AWS SDK reference guide, "Retry behavior")"""


@pytest.mark.parametrize(("fault", "message"), UNKNOWN, ids=str)
def test_a_request_without_an_answer_may_have_had_its_effect(
    payments: StripePayments, account: FakeStripe, fault: Fault, message: str
) -> None:
    """To prepare a payment moves no money: it is unavailable. A capture is unsettled."""
    account.faults = [replace(fault, path="payment_intents")]
    with pytest.raises(ProviderUnavailable):
        prepared(payments)
    reference = prepared(payments)
    account.faults = [fault]
    with pytest.raises(PaymentUnsettled, match=f"^{message}$"):
        payments.capture(reference)

    result = payments.look_up(reference).result or payments.capture(reference)

    assert result == Captured(TEN)
    assert captures(account) == [1000]


@pytest.mark.parametrize("fault", REFUSED, ids=str)
def test_a_request_that_stripe_refuses_for_now_had_no_effect(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    reference = prepared(payments)
    account.faults = [fault]

    with pytest.raises(ProviderUnavailable):
        payments.capture(reference)

    assert captures(account) == []


@pytest.mark.parametrize("fault", [*(fault for fault, _ in UNKNOWN), *REFUSED], ids=str)
def test_a_payment_that_cannot_be_looked_up_is_unsettled(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    reference = prepared(payments)

    account.faults = [fault]
    with pytest.raises(PaymentUnsettled):
        payments.look_up(reference)
    account.faults = [fault]
    with pytest.raises(PaymentUnsettled):
        list(payments.list_moved(0, 1000))


def test_a_stored_error_of_a_preparation_is_passed_by_another_key(
    payments: StripePayments, account: FakeStripe
) -> None:
    account.faults = [Fault(500, path="payment_intents")]
    with pytest.raises(ProviderUnavailable):
        prepared(payments)

    reference = prepared(payments)

    assert account.idempotency_keys[:2] == [KEY, KEY]
    assert account.idempotency_keys[2].startswith(f"{KEY}:")
    assert payments.look_up(reference).state is PaymentState.PREPARED


@pytest.mark.parametrize("executed", [False, True])
def test_a_refund_under_a_stored_error_is_made_once(
    payments: StripePayments, account: FakeStripe, executed: bool
) -> None:
    """Another key passes the error; Stripe refunds no more than was captured."""
    reference = paid(payments)
    account.faults = [Fault(500, after_effect=executed, path="refunds")]
    with pytest.raises(PaymentUnsettled):
        payments.refund(REFUND, reference, TEN)

    if executed:
        with pytest.raises(LedgerMismatch):
            payments.refund(REFUND, reference, TEN)
    else:
        assert payments.refund(REFUND, reference, TEN) == Refunded()

    assert payments.look_up(reference).refunded_minor == 1000


def test_a_key_that_was_used_with_another_amount_is_not_used_again(
    payments: StripePayments,
) -> None:
    first = prepared(payments)

    second = payments.prepare(a_request("pm_card_visa", amount=Money(2000, "EUR")))

    assert second != first
    assert payments.look_up(second).amount == Money(2000, "EUR")


def test_expired_keys_neither_capture_nor_refund_twice(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.expire_keys()

    assert payments.capture(reference) == Captured(TEN)
    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, reference, TEN)

    assert captures(account) == [1000]
    assert payments.look_up(reference).outstanding_minor == 0


def test_a_secret_that_stripe_refuses_is_read_again_once(
    payments: StripePayments, account: FakeStripe, secret: FixedSecret
) -> None:
    account.key = "sk_test_2"
    with pytest.raises(ProviderUnavailable, match="401"):
        prepared(payments)

    secret.reads.append("sk_test_2")

    assert payments.capture(prepared(payments)) == Captured(TEN)


def test_an_error_without_a_body_has_no_code() -> None:
    error: Any = stripe.RateLimitError
    assert error_code(error("limited")) is None


def test_the_sdk_makes_each_request_once_at_stripe_or_another_address(
    payments: StripePayments, account: FakeStripe, secret: FixedSecret
) -> None:
    payments.refund(REFUND, paid(payments), TEN)

    assert account.hosts == {"https://api.stripe.com"}
    assert account.versions == {stripe.api_version}
    assert set(account.retries) == {0}

    prepared(StripePayments(secret, url="http://stripe.test", http_client=account))
    assert "http://stripe.test" in account.hosts


def test_a_connection_and_four_requests_fit_into_the_function(secret: FixedSecret) -> None:
    client = StripeApi(secret, url="", http_client=None)._http
    connect, read = HTTP_TIMEOUT

    assert connect + 4 * read < TIMEOUT_SECONDS
    assert isinstance(client, stripe.RequestsClient)
    assert client._timeout == HTTP_TIMEOUT


def test_the_last_look_up_of_a_report_and_a_write_fit_into_the_function_of_the_webhook(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.open_dispute(reference)
    account.requests.clear()
    payments.look_up(reference)

    connect, read = HTTP_TIMEOUT
    look_up = connect + len(account.requests) * read
    once: Any = aws_clients._ONCE
    write = once.connect_timeout + once.read_timeout
    assert PATIENCE_MS / 1000 + look_up + write < payment_webhook.TIMEOUT_SECONDS
    message = 2 * write + PAUSE_BETWEEN_ATTEMPTS_SECONDS
    assert MESSAGE_PATIENCE_MS / 1000 + message + write < payment_webhook.TIMEOUT_SECONDS
    assert payment_webhook.TIMEOUT_SECONDS < API_GATEWAY_SECONDS
