"""Money that moves after a capture at Stripe: refunds, disputes, and the list of movements."""

from typing import Any

import pytest

from lambdas.adapters.stripe.payments import StripePayments
from lambdas.domain.payments import (
    DisputeState,
    Payment,
    PaymentState,
    RefundFailed,
    RefundPending,
    RefundResult,
)
from lambdas.domain.record.money import Money
from tests.adapters.payments.providers import REFUND, TEN, a_request
from tests.adapters.stripe.stripe_provider import paid, prepared
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_stripe import FakeStripe, Fault


def moved(payments: StripePayments) -> dict[str, Payment]:
    return dict(payments.list_moved(NOW, NOW + 1000))


@pytest.mark.parametrize(
    ("found", "result"),
    [
        ({"status": "pending"}, RefundPending()),
        ({"status": "requires_action"}, RefundPending()),
        ({"status": "failed", "failure_reason": "lost_card"}, RefundFailed("lost_card")),
        ({"status": "canceled"}, RefundFailed("canceled")),
    ],
)
def test_a_refund_that_did_not_succeed_is_pending_or_has_failed(
    payments: StripePayments, account: FakeStripe, found: dict[str, str], result: RefundResult
) -> None:
    reference = paid(payments)
    payments.refund(REFUND, reference, TEN)
    account.refunds["re_1"] |= found

    assert payments.refund(REFUND, reference, TEN) == result
    payment = payments.look_up(reference)
    pending = 1000 if result == RefundPending() else 0
    assert (payment.refunded_minor, payment.refund_pending_minor) == (0, pending)


@pytest.mark.parametrize("code", ["charge_disputed", "balance_insufficient"])
def test_a_refund_that_stripe_refuses_has_failed(
    payments: StripePayments, account: FakeStripe, code: str
) -> None:
    reference = paid(payments)
    account.faults = [Fault(400, code, path="refunds")]

    assert payments.refund(REFUND, reference, TEN) == RefundFailed(code)


def test_more_than_ten_refunds_count(payments: StripePayments) -> None:
    reference = paid(payments)
    for number in range(11):
        payments.refund(f"{REFUND}:{number}", reference, Money(50, "EUR"))

    found = payments.look_up(reference)
    assert (found.refunds, found.refunded_minor) == (11, 550)


def test_refunds_and_disputes_are_read_only_of_payments_that_may_have_some(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = prepared(payments)

    payments.look_up(reference)
    payments.capture(reference)
    payments.look_up(reference)
    account.open_dispute(reference)
    payments.look_up(reference)

    intent = f"/v1/payment_intents/{reference}"
    assert account.requests[2:] == [
        *(f"GET {intent}", f"POST {intent}/confirm"),
        *(f"GET {intent}", "GET /v1/refunds"),
        *(f"GET {intent}", "GET /v1/refunds", "GET /v1/disputes"),
    ]


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


@pytest.mark.parametrize("status", ["lost", "prevented"])
@pytest.mark.parametrize(
    ("reinstated", "state"), [([], DisputeState.LOST), ([450], DisputeState.WON)]
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


def test_a_dispute_in_another_currency_is_of_the_withdrawn_amount_or_of_all(
    payments: StripePayments, account: FakeStripe
) -> None:
    reference = paid(payments)
    dispute = account.open_dispute(reference, "lost", amount=400)
    dispute["currency"] = "usd"
    [withdrawn] = payments.look_up(reference).disputes
    dispute["balance_transactions"] = []
    [whole] = payments.look_up(reference).disputes

    assert (withdrawn.amount_minor, whole.amount_minor) == (400, 1000)


def test_the_oldest_dispute_comes_first(payments: StripePayments, account: FakeStripe) -> None:
    reference = paid(payments)
    for status in ("won", "needs_response"):
        account.open_dispute(reference, status)

    oldest, newest = payments.look_up(reference).disputes
    assert (oldest.state, newest.state) == (DisputeState.WON, DisputeState.OPEN)


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
    looked_up = {request for request in account.requests if "balance" not in request}
    assert looked_up == {"GET /v1/payment_intents/pi_1", "GET /v1/refunds"}


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
    charge = {"id": "ch_1", "object": "charge", "payment_intent": None, "disputed": True}
    account.move("charge", {**charge, **amounts})
    account.move("refund", {"id": "re_1", "object": "refund", "payment_intent": None})
    account.move("payout", {"id": "po_1", "object": "payout"})
    account.move("stripe_fee", None)

    charged: dict[str, Any] = {
        "amount": Money(500, "EUR"),
        "captured_minor": 500,
        "refunded_minor": 200,
    }
    assert moved(payments) == {"ch_1": Payment(state=PaymentState.CAPTURED, **charged)}
