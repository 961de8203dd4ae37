"""Stripe under the contract of the payment providers: its real SDK on an API in memory."""

import json
from typing import Any

import pytest

from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.adapters.stripe.webhook import SIGNATURE_HEADER, StripeWebhook
from lambdas.domain.payment_webhook import PaymentReport
from tests.adapters.payments import providers
from tests.adapters.payments.providers import (
    Provider,
    Refusals,
    SignedReport,
    a_request,
    moved_money,
)
from tests.support.fakes.fake_clock import FakeClock
from tests.support.fakes.fake_stripe import METHODS, FakeStripe

REFUSALS = Refusals(
    unknown="^Stripe has no payment under this reference$",
    not_captured="^Stripe refuses the refund: charge_not_captured$",
    too_much="^Stripe refuses the refund: charge_already_refunded$",
    failed="^expired_or_canceled_card$",
)


SIGNING_SECRET = "whsec_test"


def provider() -> Provider:
    fake = FakeStripe()
    gateway = StripePayments(FixedSecret(fake.key), http_client=fake)
    return Provider(gateway, lambda: moved_money(_stripe_records(fake)), METHODS, refusals=REFUSALS)


def event(kind: str = "payment_intent.succeeded", **found: object) -> str:
    """An event about the intent `pi_1`."""
    return json.dumps({"id": "evt_1", "type": kind, "data": {"object": {"id": "pi_1", **found}}})


def webhook(monkeypatch: pytest.MonkeyPatch) -> SignedReport:
    """An event, and the webhook at a fixed time."""
    clock = FakeClock()
    monkeypatch.setattr("stripe._webhook.time.time", lambda: clock.now() / 1000)
    read_by = StripeWebhook(FixedSecret(SIGNING_SECRET), clock)
    report = PaymentReport("evt_1", "payment_intent.succeeded", "pi_1")
    return SignedReport(read_by, SIGNATURE_HEADER, event(), report, SIGNING_SECRET, clock)


class FixedSecret(CachedSecret):
    """A secret that no service holds."""

    def __init__(self, value: str) -> None:
        self.reads: list[str] = [value]

    def value(self) -> str:
        return self.reads[0]

    def clear(self) -> None:
        """The value was rotated, if there is another one."""
        if len(self.reads) > 1:
            self.reads.pop(0)


def prepared(payments: StripePayments, method: str = "pm_card_visa") -> str:
    """A payment of 10 EUR; returns its reference."""
    return payments.prepare(a_request(method))


def paid(payments: StripePayments) -> str:
    """A captured payment of 10 EUR; returns its reference."""
    return providers.paid(payments, "pm_card_visa")


def captures(account: FakeStripe) -> list[int]:
    """The amounts that were captured."""
    amounts = [intent["amount_received"] for intent in account.intents.values()]
    return [amount for amount in amounts if amount]


def _stripe_records(fake: FakeStripe) -> list[dict[str, Any]]:
    refunds = [refund for refund in fake.refunds.values() if refund["status"] == "succeeded"]
    return [
        {
            "captured_minor": intent["amount_received"],
            "refunded_minor": sum(r["amount"] for r in refunds if r["payment_intent"] == name),
        }
        for name, intent in fake.intents.items()
    ]
