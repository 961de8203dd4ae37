"""localstripe: the gaps that its proxy fills (each test fails when localstripe has closed one), the
customer's authentication, its reports, and the records of the invariants.
"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import httpx
import pytest
import stripe
from pytest_socket import enable_socket

from lambdas.adapters.stripe_webhook import StripeWebhook
from lambdas.adapters.system_clock import SystemClock
from lambdas.domain.payments import (
    ActionRequired,
    Captured,
    Refunded,
    UnsignedReport,
)
from local.host.programs import Program
from local.localstripe.books import METHODS, payment_method, read_payments
from local.localstripe.program import API_KEY
from tests.adapters.providers import REFUND, TEN
from tests.adapters.stripe_provider import FixedSecret
from tests.adapters.stripe_server import StripeAccount


class Receiver(ThreadingHTTPServer):
    """Keeps the reports that it receives."""

    def __init__(self) -> None:
        self.reports: Queue[tuple[str, dict[str, str]]] = Queue()
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "Receiver":
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the name is the library's
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.reports.put((body, headers))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


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

    found = {one["payment_key"].split(":")[1]: one for one in read_payments(localstripe.url)}

    moved = {
        (record["payment_key"].rsplit(":", 1)[0], record.get("captured_minor"), amount)
        for record in read_payments(localstripe.url)
        if (amount := record.get("refunded_minor", record.get("minor")))
    }
    assert found.keys() == {"O1", "O2"}
    assert moved == {("pay:O2", 1000, 1000), ("refund:O2", None, 1000)}


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


def test_its_signed_reports_name_the_payment(localstripe: StripeAccount) -> None:
    webhook = StripeWebhook(FixedSecret("whsec_1"), SystemClock())
    with Receiver() as receiver:
        httpx.post(
            f"{localstripe.url}/_config/webhooks/test",
            data={"url": receiver.url, "secret": "whsec_1"},
        ).raise_for_status()
        reference = localstripe.provider(METHODS).captured()
        body, headers = receiver.reports.get()
        while reference not in body:  # of a customer, or of the payment of an earlier test
            body, headers = receiver.reports.get()

    report = webhook.read(body, headers)

    assert report is not None
    assert (report.kind, report.reference) == ("payment_intent.succeeded", reference)
    with pytest.raises(UnsignedReport):
        webhook.read(body.replace("1000", "1"), headers)
