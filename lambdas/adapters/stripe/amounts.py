"""Amounts as Stripe counts them, where its minor unit differs from that of ISO 4217.

(docs.stripe.com/currencies, "Zero-decimal currencies", "Three-decimal currencies", "Special cases")
"""

from lambdas.domain.errors import PaymentDeclined
from lambdas.domain.record.money import Money

_EXPONENTS = {"MGA": 0, "ISK": 2, "UGX": 2}
"""Decimals of an amount at Stripe. Of ISK and UGX, amounts have two decimals that are zero."""


def to_stripe(money: Money) -> int:
    """The amount in Stripe's unit. Raises PaymentDeclined for an amount that it cannot charge."""
    multiplier, divisor = _factors(money)
    amount, rest = divmod(money.amount_minor * multiplier, divisor)
    if rest:
        raise _cannot_charge(money)
    if money.exponent == 3 and amount % 10:
        # Card networks have two decimals: the last digit of three must be 0.
        raise _cannot_charge(money)
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """The money of an amount in Stripe's unit; Stripe writes currencies in lower case."""
    unit = Money(1, currency.upper())
    multiplier, divisor = _factors(unit)
    return Money(amount * divisor // multiplier, unit.currency)


def _factors(money: Money) -> tuple[int, int]:
    """Multiplier and divisor that turn the currency's minor unit into Stripe's."""
    shift = _EXPONENTS.get(money.currency, money.exponent) - money.exponent
    return int(10 ** max(shift, 0)), int(10 ** max(-shift, 0))


def _cannot_charge(money: Money) -> PaymentDeclined:
    return PaymentDeclined(f"the payment provider cannot charge {money}")
