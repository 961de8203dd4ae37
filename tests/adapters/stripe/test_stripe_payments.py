"""Stripe's errors, stored answers, forgotten keys and rotated secrets, through its real SDK."""

from dataclasses import replace
from typing import Any

import pytest
import stripe

from lambdas.adapters import aws_clients
from lambdas.adapters.stripe.api import HTTP_TIMEOUT, StripeApi
from lambdas.adapters.stripe.errors import error_code
from lambdas.adapters.stripe.payments import StripePayments
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    ActionRequired,
    Captured,
    Declined,
    DisputeState,
    Payment,
    PaymentState,
    Refunded,
    RefundFailed,
    RefundPending,
)
from lambdas.domain.record.money import Money
from lambdas.services.payment_reports import MESSAGE_PATIENCE_MS, PATIENCE_MS
from stacks.api import payment_webhook
from stacks.workflow.activity_functions import TIMEOUT_SECONDS
from tests.adapters.payments.providers import KEY, REFUND, TEN, a_request
from tests.adapters.stripe.stripe_provider import FixedSecret
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_stripe import FakeStripe, Fault

UNKNOWN = [
    Fault(None),
    Fault(None, after_effect=True),
    Fault(500),
    Fault(503, after_effect=True),
    Fault(409, "idempotency_key_in_use"),
    Fault(429, "lock_timeout"),
]
REFUSED = [Fault(429), Fault(403)]
API_GATEWAY_SECONDS = 30
"""How long an HTTP API waits for an integration. (API Gateway developer guide, "Quotas")"""
PAUSE_BETWEEN_ATTEMPTS_SECONDS = 1
"""The longest pause before the second attempt. (AWS SDK reference guide, "Retry behavior")"""


@pytest.fixture
def account() -> FakeStripe:
    return FakeStripe()


@pytest.fixture
def secret(account: FakeStripe) -> FixedSecret:
    return FixedSecret(account.key)


@pytest.fixture
def payments(account: FakeStripe, secret: FixedSecret) -> StripePayments:
    return StripePayments(secret, http_client=account)


def prepared(payments: StripePayments, method: str = "pm_card_visa") -> str:
    return payments.prepare(a_request(method))


def paid(payments: StripePayments) -> str:
    reference = prepared(payments)
    payments.capture(reference)
    return reference


def captures(account: FakeStripe) -> list[int]:
    amounts = [intent["amount_received"] for intent in account.intents.values()]
    return [amount for amount in amounts if amount]


@pytest.mark.parametrize("fault", UNKNOWN, ids=str)
def test_preparing_moves_no_money_so_every_failure_is_unavailable(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    account.faults = [Fault(fault.status, fault.code, fault.after_effect, "payment_intents")]

    with pytest.raises(ProviderUnavailable):
        prepared(payments)
    payments.capture(prepared(payments))

    assert captures(account) == [1000]


@pytest.mark.parametrize("fault", UNKNOWN, ids=str)
def test_a_capture_without_an_answer_is_unsettled_and_then_found(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    reference = prepared(payments)
    account.faults = [fault]

    with pytest.raises(PaymentUnsettled):
        payments.capture(reference)
    result = payments.look_up(reference).result or payments.capture(reference)

    assert result == Captured(TEN)
    assert captures(account) == [1000]


@pytest.mark.parametrize("fault", REFUSED, ids=str)
def test_a_request_that_stripe_refuses_for_now_had_no_effect(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    reference = prepared(payments)
    account.faults = [fault]

    with pytest.raises(ProviderUnavailable):
        payments.capture(reference)

    assert captures(account) == []


@pytest.mark.parametrize("fault", [*UNKNOWN, *REFUSED], ids=str)
def test_a_payment_that_cannot_be_looked_up_is_unsettled(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    reference = prepared(payments)

    account.faults = [fault, fault]
    with pytest.raises(PaymentUnsettled):
        payments.look_up(reference)
    account.faults = [fault, fault]
    with pytest.raises(PaymentUnsettled):
        list(payments.list_moved(0, 1000))


def test_a_stored_error_of_a_preparation_is_passed_by_another_key(
    payments: StripePayments, account: FakeStripe
) -> None:
    account.faults = [Fault(500, path="payment_intents")]
    with pytest.raises(ProviderUnavailable):
        prepared(payments)

    reference = prepared(payments)

    assert account.idempotency_keys[:2] == [KEY, KEY]
    assert account.idempotency_keys[2].startswith(f"{KEY}:")
    assert payments.look_up(reference).state is PaymentState.PREPARED


def test_a_stored_error_of_a_refund_is_passed_by_another_key_and_refunds_once(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    account.faults = [Fault(500, path="refunds")]
    with pytest.raises(PaymentUnsettled):
        payments.refund(REFUND, reference, TEN)

    assert payments.refund(REFUND, reference, TEN) == Refunded()

    assert payments.look_up(reference).refunded_minor == 1000


def test_a_refund_that_was_executed_under_a_stored_error_is_not_executed_again(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    account.faults = [Fault(500, after_effect=True, path="refunds")]
    with pytest.raises(PaymentUnsettled):
        payments.refund(REFUND, reference, TEN)

    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, reference, TEN)

    assert payments.look_up(reference).refunded_minor == 1000


def test_a_key_that_was_used_with_another_amount_is_not_used_again(
    payments: StripePayments,
) -> None:
    first = prepared(payments)

    second = payments.prepare(a_request("pm_card_visa", amount=Money(2000, "EUR")))

    assert second != first
    assert payments.look_up(second).amount == Money(2000, "EUR")


def test_forgotten_keys_neither_capture_nor_refund_twice(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.forget_keys()

    assert payments.capture(reference) == Captured(TEN)
    with pytest.raises(LedgerMismatch):
        payments.refund(REFUND, reference, TEN)

    assert captures(account) == [1000]
    assert payments.look_up(reference).outstanding_minor == 0


def test_a_rotated_secret_is_read_again(
    payments: StripePayments, account: FakeStripe, secret: FixedSecret
) -> None:
    account.key = "sk_test_2"
    secret.reads.append("sk_test_2")

    assert payments.capture(prepared(payments)) == Captured(TEN)


def test_a_secret_that_stripe_refuses_twice_had_no_effect(
    payments: StripePayments, account: FakeStripe
) -> None:
    account.key = "sk_test_2"

    with pytest.raises(ProviderUnavailable, match="401"):
        prepared(payments)


@pytest.mark.parametrize("amount_minor", [1, 49])
def test_an_amount_below_the_minimum_is_declined(
    payments: StripePayments, amount_minor: int
) -> None:
    with pytest.raises(PaymentDeclined, match="below the payment provider's minimum"):
        payments.prepare(a_request("pm_card_visa", amount=Money(amount_minor, "EUR")))


def test_a_payment_method_that_does_not_exist_is_declined(payments: StripePayments) -> None:
    with pytest.raises(PaymentDeclined, match="does not exist"):
        prepared(payments, "pm_nonsense")


def test_the_customer_of_a_saved_payment_method_pays(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments, "pm_saved_by_alice")

    assert account.intents[reference]["customer"] == "cus_alice"


def test_a_request_that_stripe_does_not_understand_is_a_defect(
    payments: StripePayments, account: FakeStripe
) -> None:
    account.faults = [Fault(400, "parameter_unknown", path="payment_intents")]

    with pytest.raises(stripe.InvalidRequestError):
        prepared(payments)


def test_a_confirmation_that_is_refused_without_a_reason_is_a_defect(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)
    account.faults = [Fault(400, "parameter_unknown")]

    with pytest.raises(stripe.InvalidRequestError):
        payments.capture(reference)


USED_BEFORE = "The provided PaymentMethod was previously used. It may not be used again."


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
def test_another_refusal_with_a_payment_method_is_a_defect(
    payments: StripePayments, account: FakeStripe, refusal: Fault
) -> None:
    account.faults = [replace(refusal, path="payment_intents")]

    with pytest.raises(stripe.InvalidRequestError):
        prepared(payments)


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


def test_every_request_names_the_version_of_the_api_that_belongs_to_the_sdk(
    payments: StripePayments, account: FakeStripe
) -> None:
    payments.refund(REFUND, paid(payments), TEN)

    assert account.versions == {stripe.api_version}


def test_the_sdk_repeats_no_request(payments: StripePayments, account: FakeStripe) -> None:
    payments.refund(REFUND, paid(payments), TEN)

    assert set(account.retries) == {0}


@pytest.mark.parametrize(
    ("status", "returned", "state", "amount"),
    [
        ("needs_response", 1000, DisputeState.OPEN, 1000),
        ("appeal_under_review", 1000, DisputeState.OPEN, 1000),
        ("a_new_status", 1000, DisputeState.OPEN, 1000),
        ("warning_under_review", 0, DisputeState.INQUIRY, 1000),
        ("warning_closed", 0, DisputeState.WON, 1000),
        ("won", 0, DisputeState.WON, 1000),
        ("lost", 1000, DisputeState.LOST, 1000),
        ("lost", 300, DisputeState.LOST, 300),
        ("lost", 0, DisputeState.WON, 1000),
        ("prevented", 1000, DisputeState.LOST, 1000),
        ("prevented", 0, DisputeState.WON, 1000),
    ],
)
def test_a_dispute_has_its_state_and_the_amount_that_was_not_reinstated(
    payments: StripePayments,
    account: FakeStripe,
    status: str,
    returned: int,
    state: str,
    amount: int,
) -> None:
    reference = paid(payments)
    dispute = account.open_dispute(reference)
    if returned < 1000:
        account.withdraw(dispute, returned - 1000)
    dispute["status"] = status

    [found] = payments.look_up(reference).disputes

    assert (found.dispute_id, found.state, found.amount_minor) == ("dp_1", state, amount)


@pytest.mark.parametrize(
    ("status", "reinstated", "state"),
    [
        ("lost", [], DisputeState.LOST),
        ("prevented", [], DisputeState.LOST),
        ("lost", [450], DisputeState.WON),
        ("prevented", [450], DisputeState.WON),
    ],
)
def test_a_dispute_is_lost_if_an_account_of_another_currency_lost_money(
    payments: StripePayments, account: FakeStripe, status: str, reinstated: list[int], state: str
) -> None:
    reference = paid(payments)
    dispute = account.open_dispute(reference, amount=400)
    moved = [{**dispute["balance_transactions"][0], "currency": "usd", "amount": -450}]
    moved += [{**moved[0], "amount": amount} for amount in reinstated]
    dispute |= {"status": status, "balance_transactions": moved}

    [found] = payments.look_up(reference).disputes

    assert (found.state, found.amount_minor) == (state, 400)


def test_amounts_of_a_dispute_in_another_currency_are_not_compared(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    of_account, foreign = (account.open_dispute(reference, amount=400) for _ in range(2))
    of_account["balance_transactions"][0] |= {"currency": "usd", "amount": -450}
    foreign |= {"currency": "usd"}
    for dispute in (of_account, foreign):
        dispute["status"] = "lost"

    payment = payments.look_up(reference)

    assert [one.amount_minor for one in payment.disputes] == [400, 400]
    foreign["balance_transactions"] = []
    assert payments.look_up(reference).disputes[1].amount_minor == 1000, "all of the payment"


def test_the_oldest_dispute_comes_first_and_only_disputed_payments_are_asked_for_them(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    assert payments.look_up(reference).disputes == ()
    assert "GET /v1/disputes" not in account.requests

    for status in ("won", "needs_response"):
        account.open_dispute(reference, status)

    states = [one.state for one in payments.look_up(reference).disputes]
    assert states == [DisputeState.WON, DisputeState.OPEN]


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_that_is_not_settled_is_pending(
    payments: StripePayments, account: FakeStripe, status: str
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.refunds["re_1"]["status"] = status

    assert payments.refund(REFUND, reference, TEN) == RefundPending()
    payment = payments.look_up(reference)
    assert (payment.refunded_minor, payment.refund_pending_minor) == (0, 1000)


@pytest.mark.parametrize("code", ["charge_disputed", "balance_insufficient"])
def test_a_refund_that_stripe_refuses_has_failed(
    payments: StripePayments, account: FakeStripe, code: str
) -> None:
    reference = paid(payments)
    account.faults = [Fault(400, code, path="refunds")]

    assert payments.refund(REFUND, reference, TEN) == RefundFailed(code)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"status": "failed", "failure_reason": "lost_or_stolen_card"}, "lost_or_stolen_card"),
        ({"status": "canceled"}, "canceled"),
    ],
)
def test_a_failed_refund_has_the_reason_of_stripe_or_its_status(
    payments: StripePayments, account: FakeStripe, found: dict[str, str], reason: str
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.refunds["re_1"] |= found

    assert payments.refund(REFUND, reference, TEN) == RefundFailed(reason)


def test_more_than_ten_refunds_count(payments: StripePayments) -> None:
    reference = paid(payments)
    for number in range(11):
        payments.refund(f"{REFUND}:{number}", reference, Money(50, "EUR"))

    payment = payments.look_up(reference)

    assert (payment.refunds, payment.refunded_minor) == (11, 550)


def test_refunds_are_read_of_a_captured_payment_only(
    payments: StripePayments, account: FakeStripe
) -> None:
    payments.look_up(prepared(payments))
    assert "GET /v1/refunds" not in account.requests

    payments.look_up(paid(payments))
    assert "GET /v1/refunds" in account.requests


def moved(payments: StripePayments) -> dict[str, Payment]:
    return dict(payments.list_moved(NOW, NOW + 1000))


def test_a_list_reads_each_page_and_only_the_refunds_that_were_made(
    payments: StripePayments, account: FakeStripe
) -> None:
    references = {payments.prepare(a_request("pm_card_visa", key=f"pay:{n}")) for n in range(102)}
    for reference in references:
        payments.capture(reference)
    payments.refund(REFUND, "pi_1", TEN)
    account.requests.clear()

    assert moved(payments).keys() == references
    assert account.requests.count("GET /v1/balance_transactions") == 2
    assert set(account.requests) == {
        "GET /v1/balance_transactions",
        "GET /v1/payment_intents/pi_1",
        "GET /v1/refunds",
    }


@pytest.mark.parametrize("captured_today", [True, False])
def test_a_dispute_moves_money(
    payments: StripePayments, account: FakeStripe, captured_today: bool
) -> None:
    reference = paid(payments)
    assert moved(payments)[reference].disputes == ()
    account.transactions.clear()
    account.open_dispute(reference)
    if captured_today:
        account.transactions.clear()
        account.move("charge", account.intents[reference]["latest_charge"])

    assert moved(payments)[reference].withheld_minor == 1000


def test_a_charge_of_another_system_is_listed_and_a_payout_is_not(
    payments: StripePayments, account: FakeStripe
) -> None:
    amounts = {"amount": 500, "amount_captured": 500, "amount_refunded": 200, "currency": "eur"}
    charge = {"object": "charge", "payment_intent": None, "disputed": True, **amounts}
    account.move("charge", {"id": "ch_1", **charge})
    account.move("refund", {"id": "re_1", "object": "refund", "payment_intent": None})
    account.move("payout", {"id": "po_1", "object": "payout"})
    account.move("stripe_fee", None)

    assert moved(payments) == {
        "ch_1": Payment(
            state=PaymentState.CAPTURED,
            amount=Money(500, "EUR"),
            captured_minor=500,
            refunded_minor=200,
        )
    }


@pytest.mark.parametrize("fault", [Fault(None), Fault(500), Fault(429, "lock_timeout")])
def test_a_list_that_stripe_does_not_answer_is_unsettled(
    payments: StripePayments, account: FakeStripe, fault: Fault
) -> None:
    account.faults = [fault]

    with pytest.raises(PaymentUnsettled):
        moved(payments)


def test_only_cards_are_charged_and_no_customer_is_made_up(
    payments: StripePayments, account: FakeStripe
) -> None:
    intent = account.intents[prepared(payments)]

    assert (intent["payment_method_types"], intent["customer"]) == (["card"], None)


def test_a_payment_of_another_system_has_no_key(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)
    without: list[dict[str, str] | None] = [{}, None]
    for metadata in without:
        account.intents[reference]["metadata"] = metadata
        assert payments.look_up(reference).key == ""


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


def test_requests_go_to_stripe_unless_there_is_another_address(
    payments: StripePayments, account: FakeStripe, secret: FixedSecret
) -> None:
    prepared(payments)
    assert account.hosts == {"https://api.stripe.com"}

    prepared(StripePayments(secret, url="http://stripe.test", http_client=account))
    assert account.hosts == {"https://api.stripe.com", "http://stripe.test"}


@pytest.mark.parametrize(("fault", "status"), [(Fault(None), "nothing"), (Fault(503), "503")])
def test_an_unsettled_payment_names_the_answer_of_stripe(
    payments: StripePayments, account: FakeStripe, fault: Fault, status: str
) -> None:
    reference = prepared(payments)
    account.faults = [fault]

    with pytest.raises(PaymentUnsettled, match=f"^Stripe answered {status}$"):
        payments.capture(reference)


def test_an_error_without_a_body_has_no_code() -> None:
    error: Any = stripe.RateLimitError
    assert error_code(error("limited")) is None


def test_a_reference_of_another_provider_is_a_mismatch(payments: StripePayments) -> None:
    with pytest.raises(LedgerMismatch, match=r"^the reference is no payment of Stripe$"):
        payments.refund(REFUND, KEY, TEN)


def test_without_a_reference_nothing_was_paid(payments: StripePayments) -> None:
    assert payments.void(KEY) == Payment(state=PaymentState.VOIDED, amount=Money(0, "XXX"))


def test_the_timeouts_of_a_connection_and_four_requests_fit_into_the_function() -> None:
    connect, read = HTTP_TIMEOUT

    assert connect + 4 * read < TIMEOUT_SECONDS


def test_the_last_look_up_of_a_report_and_a_write_fit_into_the_function_of_the_webhook(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.open_dispute(reference)
    account.requests.clear()
    payments.look_up(reference)

    connect, read = HTTP_TIMEOUT
    look_up = connect + len(account.requests) * read
    once: Any = aws_clients._ONCE
    write = once.connect_timeout + once.read_timeout
    assert PATIENCE_MS / 1000 + look_up + write < payment_webhook.TIMEOUT_SECONDS
    message = 2 * write + PAUSE_BETWEEN_ATTEMPTS_SECONDS
    assert MESSAGE_PATIENCE_MS / 1000 + message + write < payment_webhook.TIMEOUT_SECONDS
    assert payment_webhook.TIMEOUT_SECONDS < API_GATEWAY_SECONDS


def test_without_a_client_the_sdk_makes_requests_with_these_timeouts(
    secret: FixedSecret,
) -> None:
    client = StripeApi(secret, url="", http_client=None)._http

    assert isinstance(client, stripe.RequestsClient)
    assert client._timeout == HTTP_TIMEOUT
