"""A model of DynamoDB: an item refuses concurrent transactions and takes 1,000 write units a
second.

Sources: DynamoDB developer guide, "Transaction conflict handling" (a conflicting request is refused
and does not wait) and "Burst and adaptive capacity" (1,000 write units a second for one item).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

UNITS_PER_SECOND = 1_000
BUSY, REFUSED, DONE = "busy", "refused", "done"


@dataclass(slots=True)
class Item:
    """The item of a SKU or a shard. A transaction has it until `occupied_until` (milliseconds)."""

    available: int = 0
    held: int = 0
    sold: int = 0
    lent: set[int] = field(default_factory=set)
    occupied_until: float = -1.0
    used: Counter[int] = field(default_factory=Counter)

    def use_units(self, units: int, now: float) -> bool:
        """Use write units of this second. False if too few are left."""
        second = int(now // 1000)
        if self.used[second] + units > UNITS_PER_SECOND:
            return False
        self.used[second] += units
        return True

    def move(self, source: str, target: str, units: int = 1) -> None:
        """Move units between two counters."""
        setattr(self, source, getattr(self, source) - units)
        setattr(self, target, getattr(self, target) + units)


def begin(items: Sequence[Item], now: float, lock: float) -> bool:
    """Begin a transaction, which occupies its items for `lock` milliseconds. Returns False if an
    item refuses it; a refused transaction uses write units as well.
    """
    paid = [item.use_units(2, now) for item in items]
    if not all(paid) or any(item.occupied_until > now for item in items):
        return False
    for item in items:
        item.occupied_until = now + lock
    return True
