"""localstripe: the gaps that its proxy fills (each test fails when localstripe has closed one), and
the records of the invariants.
"""

from typing import Any

import pytest
import stripe
from pytest_socket import enable_socket

from local.host.programs import Program
from local.localstripe.books import METHODS, read_payments
from local.localstripe.program import API_KEY
from tests.adapters.providers import REFUND, TEN
from tests.adapters.stripe_server import StripeAccount


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
