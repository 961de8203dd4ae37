"""The gaps of localstripe that its proxy fills. Each test fails when localstripe has closed one."""

from typing import Any

import pytest
import stripe
from pytest_socket import enable_socket

from local.host.programs import Program
from tests.adapters.stripe_server import LOCALSTRIPE_KEY, StripeAccount


@pytest.fixture
def direct(localstripe_server: Program) -> StripeAccount:
    """localstripe without the proxy."""
    enable_socket()
    return StripeAccount(LOCALSTRIPE_KEY, localstripe_server.announced["direct_url"])


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
