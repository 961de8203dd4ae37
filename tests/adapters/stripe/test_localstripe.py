"""localstripe: the gaps that its proxy fills (each test fails when localstripe has closed one), the
customer's authentication, its reports, and the records of the invariants.
"""

from typing import Any

import httpx
import pytest
import stripe
from pytest_socket import enable_socket

from lambdas.adapters.stripe.webhook import StripeWebhook
from lambdas.adapters.system_clock import SystemClock
from lambdas.domain.errors import PaymentUnsettled
from lambdas.domain.payment_webhook import UnsignedReport
from lambdas.domain.payments import ActionRequired, Captured, Pending, Refunded
from local.host.programs import Program
from local.localstripe.books import METHODS, list_all, payment_method, post, read_payments
from local.localstripe.program import API_KEY
from tests.adapters.payments.providers import REFUND, TEN
from tests.adapters.stripe.stripe_provider import FixedSecret
from tests.adapters.stripe.stripe_server import StripeAccount
from tests.support.webhook_receiver import a_receiver


@pytest.fixture
def direct(localstripe_server: Program) -> StripeAccount:
    """localstripe without the proxy."""
    enable_socket()
    return StripeAccount(API_KEY, localstripe_server.announced["direct_url"])


def an_intent(account: StripeAccount) -> str:
    fields: Any = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_visa"}
    return account.client.v1.payment_intents.create(fields).id


def test_a_payment_cannot_be_confirmed_off_session(direct: StripeAccount) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unexpected off_session"):
        direct.client.v1.payment_intents.confirm(an_intent(direct), {"off_session": True})


def test_a_payment_has_no_received_amount(direct: StripeAccount) -> None:
    intent = direct.client.v1.payment_intents.confirm(an_intent(direct))

    assert intent.status == "succeeded"
    assert "amount_received" not in intent


def test_balance_transactions_are_not_listed_by_time(direct: StripeAccount) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unexpected created"):
        direct.client.v1.balance_transactions.list({"created": {"gte": 0}})


def test_the_records_of_the_invariants_have_each_payment_and_its_refunds(
    localstripe: StripeAccount,
) -> None:
    provider = localstripe.provider(METHODS)
    provider.prepare()
    provider.captured("pm_declined")
    reference = provider.captured(key="pay:O2")
    provider.gateway.refund(REFUND, reference, TEN)
    failed = provider.captured(payment_method(localstripe.url, "pm_refund_rejected"), key="pay:O3")
    provider.gateway.refund(REFUND, failed, TEN)

    records = read_payments(localstripe.url)

    payments = {
        record["payment_key"].rsplit(":", 1)[0]: (
            record["captured_minor"],
            record["refunded_minor"],
        )
        for record in records
        if "captured_minor" in record
    }
    assert payments == {"pay:O1": (0, 0), "pay:O2": (1000, 1000), "pay:O3": (1000, 0)}
    [refund] = [record for record in records if "refund_of" in record]
    assert (refund["refund_of"].rsplit(":", 1)[0], refund["minor"]) == ("pay:O2", 1000)


def test_a_payment_is_captured_when_the_customer_authenticates_at_the_bank(
    localstripe: StripeAccount,
) -> None:
    provider = localstripe.provider({})
    reference = provider.prepare(payment_method(localstripe.url, "pm_action_required"))
    assert isinstance(provider.gateway.capture(reference), ActionRequired)
    intent = localstripe.client.v1.payment_intents.retrieve(reference)

    httpx.post(
        f"{localstripe.url}/v1/payment_intents/{reference}/_authenticate",
        data={"client_secret": str(intent.client_secret), "success": "true"},
        auth=(API_KEY, ""),
    ).raise_for_status()

    assert provider.gateway.look_up(reference).result == Captured(TEN)
    assert provider.gateway.void(reference).outstanding_minor == 1000
    assert provider.gateway.refund(REFUND, reference, TEN) == Refunded()


def test_a_pending_payment_is_captured_when_the_provider_settles_it(
    localstripe: StripeAccount,
) -> None:
    provider = localstripe.localstripe_provider()
    reference = provider.captured("pm_processing")
    assert provider.gateway.look_up(reference).result == Pending()

    post(localstripe.url, f"/_local/payments/{reference}/settle")

    assert provider.gateway.look_up(reference).result == Captured(TEN)
    assert provider.gateway.refund(REFUND, reference, TEN) == Refunded()


def test_a_refund_that_succeeded_fails_later(localstripe: StripeAccount) -> None:
    provider = localstripe.localstripe_provider()
    reference = provider.captured()
    provider.gateway.refund(REFUND, reference, TEN)
    [refund] = list_all(localstripe.url, "refunds", payment_intent=reference)

    post(localstripe.url, f"/_local/refunds/{refund['id']}/fail")

    assert provider.gateway.look_up(reference).outstanding_minor == 1000
    assert provider.gateway.refund("refund:by-hand", reference, TEN) == Refunded()
    assert provider.gateway.look_up(reference).outstanding_minor == 0


def test_a_payment_is_captured_after_the_server_was_unavailable(
    localstripe: StripeAccount,
) -> None:
    provider = localstripe.localstripe_provider()
    reference = provider.prepare(payment_method(localstripe.url, "pm_flaky_2"))
    for _ in range(2):
        with pytest.raises(PaymentUnsettled):
            provider.gateway.capture(reference)

    assert provider.gateway.capture(reference) == Captured(TEN)


def test_its_signed_reports_name_the_payment(localstripe: StripeAccount) -> None:
    webhook = StripeWebhook(FixedSecret("whsec_1"), SystemClock())
    with a_receiver() as receiver:
        httpx.post(
            f"{localstripe.url}/_config/webhooks/test",
            data={"url": receiver.url, "secret": "whsec_1"},
        ).raise_for_status()
        reference = localstripe.provider(METHODS).captured()
        headers, body = receiver.arrived.get()
        while reference not in body:  # of a customer, or of the payment of an earlier test
            headers, body = receiver.arrived.get()

    report = webhook.read(body, headers)

    assert report is not None
    assert (report.kind, report.reference) == ("payment_intent.succeeded", reference)
    with pytest.raises(UnsignedReport):
        webhook.read(body.replace("1000", "1"), headers)
