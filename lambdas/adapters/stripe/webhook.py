"""PaymentWebhook on Stripe: checks `Stripe-Signature` with the SDK, reads which payment changed.

(docs.stripe.com/webhooks, "Verify webhook signatures"; docs.stripe.com/api/events/types)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import stripe

from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.adapters.signed_reports import parse_report, report_of
from lambdas.domain.payment_webhook import MalformedReport, PaymentReport, UnsignedReport

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock

SIGNATURE_HEADER = "stripe-signature"
TOLERANCE_SECONDS = 300
REREAD_MS = 60_000
"""After a signature that is not valid, the secret is read again at most this often: it may have
been replaced, but anyone can send such requests.
"""
INTENT_EVENTS = frozenset(
    f"payment_intent.{name}"
    for name in ("succeeded", "payment_failed", "processing", "requires_action", "canceled")
)
"""Events whose object is the PaymentIntent."""
OTHER_EVENTS = frozenset(
    {
        *("charge.refunded", "refund.created", "refund.updated", "refund.failed"),
        *("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"),
        *("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"),
    }
)
"""Events whose object names the PaymentIntent."""


class StripeWebhook:
    """Reads the events of a webhook endpoint. `secret` is the signing secret of the endpoint, or
    two of them in separate lines during a rotation.
    """

    def __init__(self, secret: CachedSecret, clock: "Clock") -> None:
        self._secret = secret
        self._clock = clock
        self._read_again_at = 0

    def read(self, body: str, headers: Mapping[str, str]) -> PaymentReport | None:
        self._require_signature(body, headers.get(SIGNATURE_HEADER, ""))
        event = parse_report(body)
        kind, found = event.get("type"), _object_of(event)
        if kind in INTENT_EVENTS:
            return report_of(event.get("id"), kind, found.get("id"))
        reference = found.get("payment_intent") if kind in OTHER_EVENTS else None
        return report_of(event.get("id"), kind, reference) if reference else None

    def _require_signature(self, body: str, signature: str) -> None:
        """Raise UnsignedReport unless a current secret signed the body."""
        if self._is_signed(body, signature):
            return
        if self._clock.now() >= self._read_again_at:
            self._read_again_at = self._clock.now() + REREAD_MS
            self._secret.clear()
            if self._is_signed(body, signature):
                return
        raise UnsignedReport

    def _is_signed(self, body: str, signature: str) -> bool:
        return any(_is_signed_by(one, body, signature) for one in self._secret.value().split())


def _object_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object that the event is about. Raises MalformedReport."""
    data = event.get("data")
    found = data.get("object") if isinstance(data, dict) else None
    if not isinstance(found, dict) or not isinstance(event.get("type"), str):
        raise MalformedReport
    return found


def _is_signed_by(secret: str, body: str, signature: str) -> bool:
    if not signature.isascii():
        return False  # the SDK raises TypeError
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except stripe.SignatureVerificationError:
        return False
    return True
