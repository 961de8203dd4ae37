"""Servers with Stripe's API under the contract: localstripe, and Stripe's test mode."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import stripe

from lambdas.adapters.stripe.payments import StripePayments
from lambdas.domain.payments import CaptureResult, Payment, PaymentRequest, RefundResult
from lambdas.domain.record.money import Money
from local.localstripe.books import METHODS, new_card, payment_method
from tests.adapters.payments.providers import Provider
from tests.adapters.stripe.stripe_provider import REFUSALS, FixedSecret

TEST_MODE_METHODS = {
    **dict.fromkeys(("pm_ok", "pm_slow", "pm_processing", "pm_expired"), "pm_card_visa"),
    "pm_declined": "pm_card_visa_chargeDeclined",
    "pm_insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_action_required": "pm_card_threeDSecure2Required",
    "pm_refund_rejected": "pm_card_refundFail",
}
LOCALSTRIPE_METHODS = {**METHODS, "pm_insufficient_funds": METHODS["pm_declined"]}

LOCALSTRIPE_GAPS = {
    "declined_method_is_declined_every_time_with_its_reason[localstripe-pm_insufficient": (
        "it has no card with this decline code"
    ),
    "an_unknown_reference": "its errors have no code, such as resource_missing",
    "a_refund_is_made_once": "it ignores idempotency keys",
    "no_more_is_refunded": "it refunds more than was captured",
    "nothing_is_refunded_of_a_payment": "it answers 500 to a refund of a payment without a charge",
}
"""Parts of the names of tests of the contract that fail on localstripe, with the reason."""
TEST_MODE_GAPS = {
    "a_pending_payment": "a card settles when it is confirmed",
    "whose_answer_was_lost": "it loses no answer",
    "that_the_provider_closed": "it closes no payment",
    "a_refund_that_fails": "its refunds succeed first, and fail later",
}
GAPS = {"localstripe": LOCALSTRIPE_GAPS, "stripe-test-mode": TEST_MODE_GAPS}


def gap(name: str, gaps: Mapping[str, str]) -> str | None:
    """The reason for which the test of this name fails, if it does."""
    return next((reason for part, reason in gaps.items() if part in name), None)


@dataclass
class StripeAccount:
    """An account at a server, with the SDK's client and the payments that a test prepared."""

    key: str
    url: str = ""
    prepared: list[str] = field(default_factory=list)

    @property
    def client(self) -> stripe.StripeClient:
        addresses: Any = {"api": self.url} if self.url else None
        return stripe.StripeClient(self.key, base_addresses=addresses)

    def provider(self, methods: Mapping[str, str]) -> Provider:
        """The account under the contract, with a payment method that alice saved and one of bob."""
        saved = {f"pm_of_{name}": self._saved_by(name) for name in ("alice", "bob")}
        gateway, clock = _OneTest(self), lambda: time.time_ns() // 1_000_000
        return Provider(gateway, self.books, {**methods, **saved}, clock, REFUSALS)

    def localstripe_provider(self) -> Provider:
        """localstripe under the contract, with the payment methods that its proxy adds."""
        added = ("pm_action_required", "pm_processing", "pm_expired", "pm_refund_rejected")
        methods = {name: payment_method(self.url, name) for name in added}
        slow = new_card(self.url, does="lose-answer")
        return self.provider({**LOCALSTRIPE_METHODS, **methods, "pm_slow": slow})

    def books(self) -> list[tuple[int, int]]:
        """(captured, refunded) of the prepared payments that moved money."""
        moved = [(self._received(one), self._refunded(one)) for one in self.prepared]
        return [amounts for amounts in moved if amounts != (0, 0)]

    def _saved_by(self, customer_id: str) -> str:
        customer = self.client.v1.customers.create({"metadata": {"customer_id": customer_id}})
        method = self.client.v1.payment_methods.retrieve("pm_card_visa").id
        return self.client.v1.payment_methods.attach(method, {"customer": customer.id}).id

    def _received(self, reference: str) -> int:
        return self.client.v1.payment_intents.retrieve(reference).amount_received

    def _refunded(self, reference: str) -> int:
        if not self._received(reference):
            return 0
        made = self.client.v1.refunds.list({"payment_intent": reference, "limit": 100}).data
        return sum(refund.amount for refund in made if refund.status == "succeeded")


class _OneTest:
    """The adapter, with keys that no other test used: the server remembers them for a day."""

    def __init__(self, account: StripeAccount) -> None:
        self._payments = StripePayments(FixedSecret(account.key), url=account.url)
        self._account, self._mark = account, uuid4().hex

    def prepare(self, request: PaymentRequest) -> str:
        marked = request._replace(key=f"{request.key}:{self._mark}")
        reference = self._payments.prepare(marked)
        self._account.prepared.append(reference)
        return reference

    def capture(self, reference: str) -> CaptureResult:
        return self._payments.capture(reference)

    def look_up(self, reference: str) -> Payment:
        return self._payments.look_up(reference)

    def void(self, reference: str) -> Payment:
        return self._payments.void(reference)

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        return self._payments.refund(f"{refund_id}:{self._mark}", reference, amount)

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        """Without the payments of other tests."""
        for reference, payment in self._payments.list_moved(since, until):
            if reference in self._account.prepared:
                yield reference, payment
