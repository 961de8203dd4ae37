"""PaymentGateway on Stripe: a payment is a PaymentIntent for a card, captured by its confirmation.

Each call of the port makes at most three requests, four for a disputed payment, without retries:
the state machine retries, and looks the payment up first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import stripe

from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.adapters.stripe.amounts import to_stripe
from lambdas.adapters.stripe.api import StripeApi, fields_of
from lambdas.adapters.stripe.errors import (
    UNUSABLE,
    decline_reason,
    error_code,
    refuses_payment_method,
    transient_errors,
)
from lambdas.adapters.stripe.objects import (
    StripeRecord,
    is_disputed,
    moved_payment,
    payment_of,
    refund_result,
)
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    CaptureResult,
    Declined,
    Payment,
    PaymentRequest,
    PaymentState,
    RefundFailed,
    RefundResult,
)
from lambdas.domain.record.money import Money

_PREFIX = "pi_"
_PAGE = 100
_CAPTURABLE = (PaymentState.PREPARED, PaymentState.AUTHORISED, PaymentState.ACTION_REQUIRED)
_REFUSED_AMOUNTS = ("amount_too_small", "amount_too_large")
_REFUSED_REFUNDS = ("balance_insufficient", "charge_disputed", "insufficient_funds")


class StripePayments:
    """Stripe as the payment provider. `url` is the address of another server with its API,
    `http_client` replaces the SDK's client in tests.
    """

    def __init__(self, secret: CachedSecret, *, url: str = "", http_client: Any = None) -> None:
        self._api = StripeApi(secret, url=url, http_client=http_client)

    def prepare(self, request: PaymentRequest) -> str:
        amount = to_stripe(request.amount)
        with transient_errors(unknown=ProviderUnavailable):
            customer = self._require_own(request.payment_method, request.customer_id)
            intent: Any = {
                "amount": amount,
                "currency": request.amount.currency.lower(),
                "payment_method": request.payment_method,
                "payment_method_types": ["card"],
                "metadata": {"payment_key": request.key},
                "customer": customer,
            }
            try:
                created = self._api.create(
                    lambda client, options: client.v1.payment_intents.create(intent, options),
                    request.key,
                )
            except stripe.InvalidRequestError as error:
                if error.code in _REFUSED_AMOUNTS:
                    raise PaymentDeclined(decline_reason(error.code)) from error
                if refuses_payment_method(error):
                    raise PaymentDeclined(UNUSABLE) from error
                raise
        return str(created["id"])

    def capture(self, reference: str) -> CaptureResult:
        _require_reference(reference)
        with transient_errors():
            try:
                intent = self._api.call(
                    lambda client: client.v1.payment_intents.confirm(
                        reference, {"off_session": True}
                    )
                )
            except stripe.CardError as error:
                return Declined(decline_reason(error_code(error, "decline_code"), error.code))
            except stripe.InvalidRequestError as error:
                # The payment may no longer be confirmable: another request was faster.
                result = self.look_up(reference).result
                if result is not None:
                    return result
                if refuses_payment_method(error):
                    return Declined(UNUSABLE)
                raise
        result = payment_of(fields_of(intent)).result
        if result is None:
            raise PaymentUnsettled("Stripe did not settle the payment")
        return result

    def look_up(self, reference: str) -> Payment:
        _require_reference(reference)
        with transient_errors(refused=PaymentUnsettled), _known_payment():
            found = self._api.call(
                lambda client: client.v1.payment_intents.retrieve(
                    reference, {"expand": ["latest_charge"]}
                )
            )
            intent = fields_of(found)
            refunds = self._refunds(reference) if intent["status"] == "succeeded" else []
            disputes = self._disputes(reference) if is_disputed(intent) else []
        return payment_of(intent, refunds, disputes)

    def void(self, reference: str) -> Payment:
        if not reference.startswith(_PREFIX):
            # The ledger has no reference, so no payment was captured.
            return Payment(state=PaymentState.VOIDED, amount=Money(0, "XXX"))
        with transient_errors():
            try:
                intent = self._api.call(lambda client: client.v1.payment_intents.cancel(reference))
            except stripe.InvalidRequestError:
                payment = self.look_up(reference)
                if payment.state in _CAPTURABLE:
                    raise
                return payment
        return payment_of(fields_of(intent))

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        _require_reference(reference)
        refund: Any = {"payment_intent": reference, "amount": to_stripe(amount)}
        with transient_errors():
            try:
                created = self._api.create(
                    lambda client, options: client.v1.refunds.create(refund, options), refund_id
                )
            except (stripe.InvalidRequestError, stripe.CardError) as error:
                if error.code in _REFUSED_REFUNDS:
                    return RefundFailed(str(error.code))
                raise LedgerMismatch(f"Stripe refuses the refund: {error.code}") from error
        return refund_result(created)

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        """Stripe has a balance transaction for each movement of money. Its times are in seconds."""
        request: Any = {
            "created": {"gte": since // 1000, "lt": until // 1000},
            "expand": ["data.source.payment_intent"],
            "limit": _PAGE,
        }
        with transient_errors(refused=PaymentUnsettled):
            page = self._api.call(lambda client: client.v1.balance_transactions.list(request))
            for transaction in page.auto_paging_iter():
                found = moved_payment(fields_of(transaction).get("source"))
                if found is not None:
                    reference, payment = found
                    yield reference, payment or self.look_up(reference)

    def _require_own(self, payment_method: str, customer_id: str) -> str | None:
        """Return the Stripe customer of the payment method; None if it was saved for no customer.
        Raises PaymentDeclined if it belongs to another customer.
        """
        try:
            found = self._api.call(
                lambda client: client.v1.payment_methods.retrieve(
                    payment_method, {"expand": ["customer"]}
                )
            )
        except stripe.InvalidRequestError as error:
            raise PaymentDeclined(decline_reason(error.code)) from error
        customer = fields_of(found).get("customer")
        if customer is None:
            return None
        if (customer.get("metadata") or {}).get("customer_id") != customer_id:
            raise PaymentDeclined("the payment method belongs to another customer")
        return str(customer["id"])

    def _refunds(self, reference: str) -> list[StripeRecord]:
        found = self._api.call(
            lambda client: client.v1.refunds.list({"payment_intent": reference, "limit": _PAGE})
        )
        return list(fields_of(found)["data"])

    def _disputes(self, reference: str) -> list[StripeRecord]:
        """Newest first."""
        found = self._api.call(
            lambda client: client.v1.disputes.list({"payment_intent": reference, "limit": _PAGE})
        )
        return list(fields_of(found)["data"])


@contextmanager
def _known_payment() -> Iterator[None]:
    """Translate a reference that Stripe does not know into LedgerMismatch."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        raise LedgerMismatch("Stripe has no payment under this reference") from error


def _require_reference(reference: str) -> None:
    if not reference.startswith(_PREFIX):
        raise LedgerMismatch("the reference is no payment of Stripe")
