"""Payments under the contract of every provider: prepared, captured once, declined or voided."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import LedgerMismatch, PaymentDeclined, PaymentUnsettled
from lambdas.domain.payments import (
    ActionRequired,
    Captured,
    Declined,
    Payment,
    PaymentState,
    Pending,
    Voided,
)
from lambdas.domain.record.money import Money
from tests.adapters.payments.providers import KEY, TEN, Provider


def test_preparing_moves_no_money(provider: Provider) -> None:
    reference = provider.prepare()

    payment = provider.gateway.look_up(reference)
    assert payment.key.startswith(KEY)
    assert payment == Payment(state=PaymentState.PREPARED, amount=TEN, key=payment.key)
    assert provider.books() == []


def test_a_payment_is_captured_once_however_often_it_is_requested(provider: Provider) -> None:
    reference = provider.prepare()

    results = [provider.gateway.capture(reference) for _ in range(3)]

    assert results == [Captured(TEN)] * 3
    payment = provider.gateway.look_up(reference)
    captured = Payment(state=PaymentState.CAPTURED, amount=TEN, captured_minor=1000)
    assert replace(payment, key="") == captured
    assert provider.books() == [(1000, 0)]


def test_a_payment_that_is_prepared_twice_and_captured_once_moves_money_once(
    provider: Provider,
) -> None:
    references = [provider.prepare(), provider.prepare()]

    provider.gateway.capture(references[1])

    assert provider.books() == [(1000, 0)]


@pytest.mark.parametrize(
    "amount", [Money(1250, "JPY"), Money(12340, "KWD"), Money(9950, "USD")], ids=str
)
def test_amounts_are_in_minor_units_of_their_currency(provider: Provider, amount: Money) -> None:
    reference = provider.prepare(amount=amount)

    assert provider.gateway.capture(reference) == Captured(amount)
    assert provider.gateway.look_up(reference).amount == amount


@pytest.mark.parametrize(
    ("method", "reason"),
    [("pm_declined", "declined"), ("pm_insufficient_funds", "insufficient funds")],
)
def test_a_declined_method_is_declined_every_time_with_its_reason(
    provider: Provider, method: str, reason: str
) -> None:
    reference = provider.prepare(method)

    results = [provider.gateway.capture(reference) for _ in range(2)]

    [first, second] = results
    assert isinstance(first, Declined)
    assert reason in first.reason
    assert second == first == provider.gateway.look_up(reference).result
    assert provider.books() == []


def test_the_payment_method_of_another_customer_is_declined(provider: Provider) -> None:
    with pytest.raises(PaymentDeclined, match=r"^the payment method belongs to another customer$"):
        provider.prepare("pm_of_bob")

    assert provider.books() == []


def test_the_customers_own_payment_method_is_captured(provider: Provider) -> None:
    reference = provider.prepare("pm_of_alice")

    assert provider.gateway.capture(reference) == Captured(TEN)


def test_a_bank_may_ask_the_customer_to_authenticate(provider: Provider) -> None:
    reference = provider.prepare("pm_action_required")

    for _ in range(2):
        result = provider.gateway.capture(reference)
        assert isinstance(result, ActionRequired | Declined)
        assert not isinstance(result, Declined) or "asks the customer" in result.reason

    assert provider.gateway.void(reference).state is PaymentState.VOIDED
    assert provider.books() == []


def test_a_pending_payment_is_not_captured_again_and_cannot_be_voided(provider: Provider) -> None:
    reference = provider.prepare("pm_processing")

    for _ in range(2):
        assert isinstance(provider.gateway.capture(reference), Pending)

    assert provider.gateway.void(reference).state is PaymentState.PENDING
    assert provider.books() == []


def test_a_capture_whose_answer_was_lost_is_found_by_look_up(provider: Provider) -> None:
    reference = provider.prepare("pm_slow")

    with pytest.raises(PaymentUnsettled):
        provider.gateway.capture(reference)

    assert provider.gateway.look_up(reference).result == Captured(TEN)
    assert provider.gateway.capture(reference) == Captured(TEN)
    assert provider.books() == [(1000, 0)]


def test_a_voided_payment_is_never_captured(provider: Provider) -> None:
    reference = provider.prepare()

    for _ in range(2):
        assert provider.gateway.void(reference).state is PaymentState.VOIDED

    assert provider.gateway.capture(reference) == Voided()
    assert provider.books() == []


def test_a_payment_that_the_provider_closed_is_not_captured(provider: Provider) -> None:
    reference = provider.prepare("pm_expired")

    assert [provider.gateway.capture(reference) for _ in range(2)] == [Voided()] * 2
    assert provider.gateway.look_up(reference).result == Voided()
    assert provider.books() == []


def test_a_declined_payment_can_be_voided(provider: Provider) -> None:
    reference = provider.captured("pm_declined")

    assert provider.gateway.void(reference).state is PaymentState.VOIDED
    assert provider.gateway.capture(reference) == Voided()


def test_voiding_a_captured_payment_returns_it_unchanged(provider: Provider) -> None:
    reference = provider.captured()

    for _ in range(2):
        payment = provider.gateway.void(reference)
        assert (payment.state, payment.outstanding_minor) == (PaymentState.CAPTURED, 1000)

    assert provider.books() == [(1000, 0)]


def test_a_payment_without_a_reference_on_the_ledger_is_voided_by_its_key(
    provider: Provider,
) -> None:
    """Compensation without a reference: nothing of it can have been captured."""
    payment = provider.gateway.void(KEY)

    assert (payment.state, payment.captured_minor) == (PaymentState.VOIDED, 0)


def test_an_unknown_reference_is_a_mismatch(provider: Provider) -> None:
    for call in (provider.gateway.capture, provider.gateway.look_up):
        with pytest.raises(LedgerMismatch, match=provider.refusals.unknown):
            call("pi_unknown")


def test_payments_whose_money_moved_are_listed_by_time(provider: Provider) -> None:
    captured = provider.captured(key="pay:O2")
    refunded = provider.captured(key="pay:O3")
    provider.prepare(key="pay:O4")
    provider.captured("pm_declined", key="pay:O5")
    provider.gateway.refund("refund:O3", refunded, Money(400, "EUR"))

    moved = provider.moved()

    assert moved == {name: provider.gateway.look_up(name) for name in (captured, refunded)}
    assert moved[captured].key.startswith("pay:O2")
    assert (moved[refunded].captured_minor, moved[refunded].refunded_minor) == (1000, 400)
    for hours_ago in (-24, 24):
        assert provider.moved(hours_ago) == {}


def test_payments_do_not_affect_each_other(provider: Provider) -> None:
    provider.captured(key="pay:O2")
    provider.gateway.void(provider.prepare(key="pay:O3"))

    provider.captured(amount=Money(500, "EUR"))

    assert sorted(provider.books()) == [(500, 0), (1000, 0)]
