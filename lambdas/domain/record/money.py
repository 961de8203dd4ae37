"""Money: integer minor units (cents) with a currency; never a float."""

from collections.abc import Mapping
from dataclasses import dataclass

_CODES_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Mapping[str, int] = {
    code: exponent for exponent, codes in _CODES_BY_EXPONENT.items() for code in codes.split()
}
"""Decimals of the minor unit by currency code; codes without a minor unit (gold, test codes) are
left out. Codes are only ever added: an order keeps its currency. (ISO 4217:2015, list one as
published on 2026-01-01. CLDR, and with it `Intl` in browsers, shows fewer decimals for IQD, IDR
and others: that is a custom of display, not the minor unit in which providers charge.)
"""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of an ISO 4217 currency: `Money(1250, "EUR")` is 12.50 EUR."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"amount_minor must be an int, got {type(self.amount_minor).__name__}")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"currency must be a three-letter code, got {self.currency!r}")

    def __str__(self) -> str:
        """The amount as a person reads it: `12.50 EUR`, `125000 JPY`, `1.250 KWD`."""
        sign = "-" if self.amount_minor < 0 else ""
        digits = f"{abs(self.amount_minor):0{self.exponent + 1}d}"
        cut = len(digits) - self.exponent
        fraction = f".{digits[cut:]}" if self.exponent else ""
        return f"{sign}{digits[:cut]}{fraction} {self.currency}"

    @property
    def exponent(self) -> int:
        """Decimals of the currency's minor unit. Raises ValueError for an unknown currency."""
        exponent = EXPONENTS.get(self.currency)
        if exponent is None:
            raise ValueError(f"{self.currency} is not a currency with a minor unit (ISO 4217)")
        return exponent


MAX_PRICE_MINOR = 1_000_000_000
"""The highest price of one unit of a SKU, in minor units."""


@dataclass(frozen=True, slots=True)
class Price:
    """The current price of one unit of a SKU, in minor units of `currency`."""

    unit_price_minor: int
    currency: str

    def as_money(self) -> Money:
        """The price of one unit as an amount."""
        return Money(self.unit_price_minor, self.currency)
