from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.record.money import EXPONENTS, Money


@pytest.mark.parametrize("amount", [1.0, "1", None, True])
def test_an_amount_that_is_no_int_is_refused(amount: object) -> None:
    with pytest.raises(TypeError, match=f"must be an int, got {type(amount).__name__}"):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "EU", "EURO", "eur"])
def test_a_currency_that_is_no_code_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="three-letter code"):
        Money(1, currency)


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="cannot add USD to EUR"):
        Money(1, "EUR") + Money(1, "USD")


@given(unit=st.integers(0, 10**9), quantity=st.integers(1, 50))
def test_many_units_cost_as_much_as_one_by_one(unit: int, quantity: int) -> None:
    one = Money(unit, "EUR")

    total = Money(0, "EUR")
    for _ in range(quantity):
        total = total + one

    assert one.times(quantity) == total


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (125_000, "JPY", "125000 JPY"),
        (0, "JPY", "0 JPY"),
        (1250, "EUR", "12.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-1250, "EUR", "-12.50 EUR"),
        (1250, "KWD", "1.250 KWD"),
        (7, "BHD", "0.007 BHD"),
        (1250, "TND", "1.250 TND"),
        (1250, "IDR", "12.50 IDR"),
        (1250, "CLF", "0.1250 CLF"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(
    amount: int, currency: str, text: str
) -> None:
    assert str(Money(amount, currency)) == text


@given(amount=st.integers(-(10**15), 10**15), currency=st.sampled_from(sorted(EXPONENTS)))
def test_the_written_amount_is_the_minor_units_at_the_currencys_exponent(
    amount: int, currency: str
) -> None:
    written, _, code = str(Money(amount, currency)).partition(" ")

    assert code == currency
    assert Decimal(written) * 10 ** EXPONENTS[currency] == amount
    assert len(written.partition(".")[2]) == EXPONENTS[currency]


@pytest.mark.parametrize("currency", ["XXX", "XAU", "ABC"])
def test_an_unknown_currency_has_no_exponent(currency: str) -> None:
    with pytest.raises(ValueError, match=f"{currency} is not a currency"):
        str(Money(1, currency))


def test_currency_codes_are_written_once() -> None:
    assert {len(code) for code in EXPONENTS} == {3}
    assert len(EXPONENTS) == 165
    assert set(EXPONENTS.values()) == {0, 2, 3, 4}
