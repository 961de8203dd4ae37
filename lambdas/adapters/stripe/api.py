"""Requests to Stripe through its SDK, with the secret of Secrets Manager."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import stripe

from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.adapters.stripe.errors import is_unusable_key
from lambdas.adapters.stripe.objects import StripeRecord

T = TypeVar("T")
Create = Callable[[stripe.StripeClient, stripe.RequestOptions], Any]

HTTP_TIMEOUT = (2, 4)
"""Seconds to connect and to wait for the answer. The connection is kept, so four requests fit into
the 20 s of an activity, and the three of a look-up take at most 14 s.
"""


class StripeApi:
    """Makes requests without retries of the SDK. `url` replaces the address of Stripe, and
    `http_client` the SDK's client, unless they are empty.
    """

    def __init__(self, secret: CachedSecret, *, url: str, http_client: Any) -> None:
        self._secret = secret
        self._addresses: Any = {"api": url} if url else None
        self._http = http_client or stripe.RequestsClient(timeout=HTTP_TIMEOUT)

    def call(self, request: Callable[[stripe.StripeClient], T]) -> T:
        """Make a request; once more with the secret read again if Stripe refuses it."""
        try:
            return request(self._client())
        except stripe.AuthenticationError:
            self._secret.clear()
            return request(self._client())

    def create(self, create: Create, key: str) -> StripeRecord:
        """Create an object under an idempotency key; under another one if Stripe returns a stored
        error. That is safe: an unused PaymentIntent moves no money, and refunds are limited to the
        captured amount.
        """
        try:
            return fields_of(self.call(lambda client: create(client, {"idempotency_key": key})))
        except stripe.StripeError as error:
            if not is_unusable_key(error):
                raise
        other: stripe.RequestOptions = {"idempotency_key": f"{key}:{uuid4()}"}
        return fields_of(self.call(lambda client: create(client, other)))

    def _client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self._secret.value(),
            base_addresses=self._addresses,
            http_client=self._http,
            max_network_retries=0,
        )


def fields_of(found: Any) -> dict[str, Any]:
    """The object's fields. A missing field is absent, as in the JSON that Stripe sent."""
    fields: dict[str, Any] = found.to_dict()
    return fields
