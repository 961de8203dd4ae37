"""Payments as Stripe's objects and errors: declines, defects, authentication, amounts."""

from dataclasses import replace

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from lambdas.adapters.stripe.amounts import from_stripe, to_stripe
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.domain.errors import LedgerMismatch, PaymentDeclined, PaymentUnsettled
from lambdas.domain.payments import ActionRequired, Declined, Payment, PaymentState
from lambdas.domain.record.money import EXPONENTS, Money
from tests.adapters.payments.providers import KEY, REFUND, TEN, a_request
from tests.adapters.stripe.stripe_provider import prepared
from tests.support.fakes.fake_stripe import FakeStripe, Fault

USED_BEFORE = "The provided PaymentMethod was previously used. It may not be used again."
TOO_LITTLE = "below the payment provider's minimum"


@pytest.mark.parametrize(
    ("method", "customer"), [("pm_card_visa", None), ("pm_saved_by_alice", "cus_alice")]
)
def test_a_card_is_charged_for_the_customer_who_saved_it(
    payments: StripePayments, account: FakeStripe, method: str, customer: str | None
) -> None:
    intent = account.intents[prepared(payments, method)]

    assert (intent["payment_method_types"], intent["customer"]) == (["card"], customer)


@pytest.mark.parametrize(
    ("method", "minor", "reason"),
    [
        ("pm_card_visa", 1, TOO_LITTLE),
        ("pm_card_visa", 49, TOO_LITTLE),
        ("pm_nonsense", 1000, "does not exist"),
    ],
)
def test_a_payment_that_cannot_be_prepared_is_declined(
    payments: StripePayments, method: str, minor: int, reason: str
) -> None:
    with pytest.raises(PaymentDeclined, match=reason):
        payments.prepare(a_request(method, amount=Money(minor, "EUR")))


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("pm_card_chargeDeclinedExpiredCard", "the card has expired"),
        ("pm_card_chargeDeclinedFraudulent", "the payment method was declined"),
    ],
)
def test_a_decline_has_the_reason_of_its_code_and_a_general_one_for_fraud(
    payments: StripePayments, method: str, reason: str
) -> None:
    reference = prepared(payments, method)

    assert payments.capture(reference) == Declined(reason)
    assert payments.look_up(reference).result == Declined(reason)


@pytest.mark.parametrize(
    "refusal",
    [
        Fault(400, param="payment_method"),
        Fault(400, "payment_method_unexpected_state"),
        Fault(400, message=USED_BEFORE),
    ],
    ids=str,
)
def test_a_payment_method_that_stripe_does_not_charge_is_declined(
    payments: StripePayments, account: FakeStripe, refusal: Fault
) -> None:
    account.faults = [replace(refusal, path="payment_intents")]
    with pytest.raises(PaymentDeclined, match=r"^the payment method cannot be used$"):
        prepared(payments)
    reference = payments.prepare(a_request("pm_card_visa", key="pay:O2"))
    account.faults = [replace(refusal, path="confirm")]

    assert payments.capture(reference) == Declined("the payment method cannot be used")


@pytest.mark.parametrize(
    "refusal",
    [
        Fault(400, message="Invalid request"),
        Fault(400, param="amount", message=USED_BEFORE),
        Fault(400, "parameter_unknown", message=USED_BEFORE),
    ],
    ids=str,
)
def test_another_refusal_is_a_defect(
    payments: StripePayments, account: FakeStripe, refusal: Fault
) -> None:
    account.faults = [replace(refusal, path="payment_intents")]
    with pytest.raises(stripe.InvalidRequestError):
        prepared(payments)
    reference = payments.prepare(a_request("pm_card_visa", key="pay:O2"))
    account.faults = [replace(refusal, path="confirm")]

    with pytest.raises(stripe.InvalidRequestError):
        payments.capture(reference)


@pytest.mark.parametrize("status", ["requires_confirmation", "requires_capture", "requires_action"])
def test_a_payment_that_is_not_cancelled_and_could_be_captured_is_not_voided(
    payments: StripePayments, account: FakeStripe, status: str
) -> None:
    reference = prepared(payments)
    account.intents[reference]["status"] = status
    account.faults = [Fault(400, "parameter_unknown", path="cancel")]

    with pytest.raises(stripe.InvalidRequestError):
        payments.void(reference)

    assert payments.void(reference).state is PaymentState.VOIDED


def test_a_confirmation_that_settles_nothing_is_unsettled(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)
    account.intents[reference]["status"] = "requires_capture"
    account._confirm = lambda intent_id, params: account.intents[intent_id]  # type: ignore[method-assign]

    with pytest.raises(PaymentUnsettled, match=r"^Stripe did not settle the payment$"):
        payments.capture(reference)


def test_the_page_on_which_the_customer_authenticates_is_returned(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)
    url = "https://hooks.stripe.com/3d_secure"
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": url}}
    account.intents[reference] |= {"status": "requires_action", "next_action": action}

    assert payments.capture(reference) == ActionRequired(url)


def test_a_payment_of_another_system_has_no_key(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)
    without: list[dict[str, str] | None] = [{}, None]
    for metadata in without:
        account.intents[reference]["metadata"] = metadata
        assert payments.look_up(reference).key == ""


def test_a_key_is_no_reference_to_refund_and_nothing_to_void(payments: StripePayments) -> None:
    with pytest.raises(LedgerMismatch, match=r"^the reference is no payment of Stripe$"):
        payments.refund(REFUND, KEY, TEN)

    assert payments.void(KEY) == Payment(state=PaymentState.VOIDED, amount=Money(0, "XXX"))


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(1250, "EUR"), 1250),
        (Money(500, "JPY"), 500),
        (Money(5120, "KWD"), 5120),
        (Money(5, "ISK"), 500),
        (Money(5, "UGX"), 500),
        (Money(500, "MGA"), 5),
        (Money(1045, "HUF"), 1045),
    ],
    ids=str,
)
def test_an_amount_is_in_stripes_unit(money: Money, amount: int) -> None:
    assert to_stripe(money) == amount
    assert from_stripe(amount, money.currency.lower()) == money


@pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(501, "MGA")], ids=str)
def test_an_amount_that_stripe_cannot_express_is_declined(money: Money) -> None:
    with pytest.raises(PaymentDeclined, match=f"^the payment provider cannot charge {money}$"):
        to_stripe(money)


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(1, 10**9))
def test_a_charged_amount_is_read_as_it_was_written(currency: str, tens: int) -> None:
    money = Money(tens * 100, currency)

    assert from_stripe(to_stripe(money), currency.lower()) == money
