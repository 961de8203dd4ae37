"""An account at Stripe in memory, and the adapter with its secret."""

import pytest

from lambdas.adapters.stripe.payments import StripePayments
from tests.adapters.stripe.stripe_provider import FixedSecret
from tests.support.fakes.fake_stripe import FakeStripe


@pytest.fixture
def account() -> FakeStripe:
    return FakeStripe()


@pytest.fixture
def secret(account: FakeStripe) -> FixedSecret:
    return FixedSecret(account.key)


@pytest.fixture
def payments(account: FakeStripe, secret: FixedSecret) -> StripePayments:
    return StripePayments(secret, http_client=account)
