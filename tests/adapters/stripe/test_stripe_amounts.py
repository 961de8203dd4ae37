"""Amounts in Stripe's unit: zero, two and three decimals, and its special cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.adapters.stripe.amounts import from_stripe, to_stripe
from lambdas.domain.errors import PaymentDeclined
from lambdas.domain.record.money import EXPONENTS, Money


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
