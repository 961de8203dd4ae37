"""Translates errors of the Stripe SDK into errors of the domain.

The effect of a request is unknown after a connection error, a 5xx, and a 409 or 429 because another
request has locked the object. A request that exceeds the rate limit, or whose credentials are
refused, has no effect.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import stripe

from lambdas.domain.errors import OrderError, PaymentUnsettled, ProviderUnavailable

NO_EFFECT = (stripe.RateLimitError, stripe.AuthenticationError, stripe.PermissionError)
UNKNOWN = (stripe.APIConnectionError, stripe.APIError)

_LOCKED = "lock_timeout"
"""The code of a 429 while another request, which may capture, holds the object."""

_DECLINES = {
    "amount_too_large": "the amount is above the payment provider's maximum",
    "amount_too_small": "the amount is below the payment provider's minimum",
    "authentication_required": "the bank asks the customer to authenticate",
    "card_declined": "the payment method was declined",
    "currency_not_supported": "the payment method does not support the currency",
    "expired_card": "the card has expired",
    "incorrect_cvc": "the security code of the card is incorrect",
    "insufficient_funds": "insufficient funds",
    "processing_error": "the bank could not process the payment",
    "resource_missing": "the payment method does not exist",
}
_NO_REASON = "the payment method was declined"
UNUSABLE = "the payment method cannot be used"


def decline_reason(*codes: str | None) -> str:
    """The reason of a decline, by the first code that has one. Fraud codes stay general: Stripe
    asks not to show them. (docs.stripe.com/declines/codes)
    """
    known = (_DECLINES[code] for code in codes if code in _DECLINES)
    return next(known, _NO_REASON)


@contextmanager
def transient_errors(
    *,
    unknown: type[OrderError] = PaymentUnsettled,
    refused: type[OrderError] = ProviderUnavailable,
) -> Iterator[None]:
    """Translate transient errors: to `unknown` if the effect is unknown, to `refused` if there was
    none, or if the credentials cannot be read.
    """
    try:
        yield
    except ProviderUnavailable as error:
        raise refused(str(error)) from error
    except NO_EFFECT as error:
        if error_code(error) == _LOCKED:
            raise unknown("another request holds the payment at Stripe") from error
        raise refused(f"Stripe answered {_status(error)}") from error
    except UNKNOWN as error:
        raise unknown(f"Stripe answered {_status(error)}") from error


def error_code(error: stripe.StripeError, name: str = "code") -> str | None:
    """A code in the body of an error: `code`, or `decline_code` of a card."""
    body = error.json_body if isinstance(error.json_body, Mapping) else {}
    code = (body.get("error") or {}).get(name)
    return None if code is None else str(code)


def refuses_payment_method(error: stripe.InvalidRequestError) -> bool:
    """Whether Stripe will never charge the payment method: it was detached, used before without a
    customer, or is no card. Some of these errors have neither a code nor a parameter, only a text.
    """
    if error.param == "payment_method" or str(error.code).startswith("payment_method_"):
        return True
    return error.code is None and error.param is None and "PaymentMethod" in str(error)


def is_unusable_key(error: stripe.StripeError) -> bool:
    """Whether the request can only be answered under another idempotency key: Stripe stores an
    error under a key and returns it again, and refuses a key with other parameters.
    """
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    replayed = str(headers.get("idempotent-replayed", "")).lower() == "true"
    return replayed or isinstance(error, stripe.IdempotencyError)


def _status(error: stripe.StripeError) -> str:
    return str(error.http_status) if error.http_status else "nothing"
