import pytest

from lambdas.domain.record.money import EXPONENTS, Money


@pytest.mark.parametrize("amount", [1.0, "1", None, True])
def test_an_amount_that_is_no_int_is_refused(amount: object) -> None:
    with pytest.raises(TypeError, match=f"must be an int, got {type(amount).__name__}"):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "EU", "EURO", "eur"])
def test_a_currency_that_is_no_code_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="three-letter code"):
        Money(1, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (125_000, "JPY", "125000 JPY"),
        (0, "JPY", "0 JPY"),
        (1250, "EUR", "12.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-1250, "EUR", "-12.50 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (10**15 + 1, "EUR", "10000000000000.01 EUR"),
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


@pytest.mark.parametrize("currency", ["XXX", "XAU", "ABC"])
def test_an_unknown_currency_has_no_exponent(currency: str) -> None:
    with pytest.raises(ValueError, match=f"{currency} is not a currency"):
        str(Money(1, currency))


def test_currency_codes_are_written_once() -> None:
    assert {len(code) for code in EXPONENTS} == {3}
    assert len(EXPONENTS) == 165
    assert set(EXPONENTS.values()) == {0, 2, 3, 4}
