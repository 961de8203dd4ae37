"""Usage: what the open orders of one customer use, and the caps on it."""

from dataclasses import dataclass
from typing import NamedTuple

from lambdas.domain.record.order import Order


@dataclass(frozen=True, slots=True)
class Usage:
    """Open orders, and the units of all their lines."""

    orders: int = 0
    units: int = 0

    @classmethod
    def of(cls, order: Order | None) -> "Usage":
        """The usage of one order: none if it has ended, or was placed while there were no caps."""
        if order is None or order.ended or not order.counted:
            return cls()
        return cls(1, sum(line.quantity for line in order.items))

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.orders + other.orders, self.units + other.units)

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(self.orders - other.orders, self.units - other.units)


class CustomerCaps(NamedTuple):
    """The largest usage of a customer. 0: no cap."""

    orders: int = 0
    units: int = 0

    @property
    def active(self) -> bool:
        return bool(self.orders or self.units)

    def room_for(self, added: Usage) -> Usage:
        """The largest usage to which `added` can be added: negative if `added` alone exceeds a cap,
        UNLIMITED without a cap and for a count that does not grow.
        """
        return Usage(
            self.orders - added.orders if self.orders and added.orders > 0 else UNLIMITED,
            self.units - added.units if self.units and added.units > 0 else UNLIMITED,
        )

    def __str__(self) -> str:
        caps = ((self.orders, "open orders"), (self.units, "units in open orders"))
        return " and ".join(f"{cap} {what}" for cap, what in caps if cap)


UNLIMITED = 10**12
"""More than the counts can reach."""
