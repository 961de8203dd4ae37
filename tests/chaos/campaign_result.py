"""Compares the tables with what the API acknowledged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from local.checks.invariants import stock_is_accounted_for, unchanged_ends, violations
from local.checks.records import ENDS, Record, Snapshot
from tests.chaos.orders import Acknowledged


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """`lost` are acknowledged orders that are missing or have not ended, `broken` all other
    violations; `ends` counts orders by stage.
    """

    orders: int
    signals: int
    ends: Counter[str]
    lost: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return self.orders > 0 and not self.lost and not self.broken


def check_tables(
    books: Snapshot, acknowledged: Acknowledged, ends_before: Sequence[Record] = ()
) -> CampaignResult:
    """Check tables that no process writes to. `ends_before` are the records of orders that had
    ended before a kill.
    """
    known = {order["order_id"]: order for order in books.orders}
    missing = [
        f"{order_id}: acknowledged, but missing"
        for order_id in acknowledged.orders.keys() - known.keys()
    ]
    stuck = [
        f"{order_id}: still {order['stage']}"
        for order_id, order in known.items()
        if order["stage"] not in ENDS
    ]
    return CampaignResult(
        orders=len(acknowledged.orders),
        signals=acknowledged.signals,
        ends=Counter(order["stage"] for order in books.orders),
        lost=(*missing, *stuck),
        broken=(
            *acknowledged.wrong,
            *violations(books, acknowledged.orders),
            *(f"stock: {wrong}" for wrong in stock_is_accounted_for(books)),
            *unchanged_ends(ends_before, books),
            *(f"{o}: never acknowledged" for o in known.keys() - acknowledged.orders.keys()),
        ),
    )
