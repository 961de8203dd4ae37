import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.money import Money


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
