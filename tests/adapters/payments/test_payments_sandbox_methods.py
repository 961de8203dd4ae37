"""The payment methods that only the sandbox and the fake have: they behave alike."""

import pytest

from lambdas.domain.errors import ProviderUnavailable
from lambdas.domain.payments import Captured, Declined, Refunded
from tests.adapters.payments.providers import REFUND, TEN, Provider

UNAVAILABLE = "^the payment provider is unavailable$"


@pytest.mark.parametrize("method", ["pm_nonsense", ""])
def test_an_unknown_method_is_declined(sandboxed: Provider, method: str) -> None:
    reference = sandboxed.prepare(method)

    assert sandboxed.gateway.capture(reference) == Declined("the payment method was declined")


@pytest.mark.parametrize("method", ["pm_flaky_2", "pm_refund_fails_2"])
def test_each_payment_has_its_own_failures_and_then_succeeds(
    sandboxed: Provider, method: str
) -> None:
    references = [sandboxed.prepare(method, key=key) for key in ("pay:O1", "pay:O2")]
    for reference in references * 2 * (method == "pm_flaky_2"):
        with pytest.raises(ProviderUnavailable, match=UNAVAILABLE):
            sandboxed.gateway.capture(reference)
    for reference in references * 2:
        assert sandboxed.gateway.capture(reference) == Captured(TEN)

    for reference in references * 2 * (method == "pm_refund_fails_2"):
        with pytest.raises(ProviderUnavailable, match=UNAVAILABLE):
            sandboxed.gateway.refund(f"refund:{reference}", reference, TEN)
    assert sandboxed.books() == [(1000, 0)] * 2
    for reference in references:
        assert sandboxed.gateway.refund(f"refund:{reference}", reference, TEN) == Refunded()
    assert sandboxed.books() == [(1000, 1000)] * 2


def test_an_error_is_stored_under_the_key_of_one_payment(sandboxed: Provider) -> None:
    for key in ("pay:O1", "pay:O2"):
        with pytest.raises(ProviderUnavailable, match=UNAVAILABLE):
            sandboxed.prepare("pm_error_stored", key=key)

    assert sandboxed.gateway.capture(sandboxed.prepare("pm_error_stored")) == Captured(TEN)


def test_an_unavailable_provider_stays_unavailable(sandboxed: Provider) -> None:
    reference = sandboxed.prepare("pm_unavailable")

    for _ in range(5):
        with pytest.raises(ProviderUnavailable, match=UNAVAILABLE):
            sandboxed.gateway.capture(reference)

    assert sandboxed.books() == []


def test_a_refund_that_always_fails_refunds_nothing(sandboxed: Provider) -> None:
    reference = sandboxed.captured("pm_refund_fails")

    for _ in range(4):
        with pytest.raises(ProviderUnavailable, match=r"^the payment provider accepts no refunds"):
            sandboxed.gateway.refund(REFUND, reference, TEN)

    assert sandboxed.books() == [(1000, 0)]
