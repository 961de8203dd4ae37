"""Lists and counts of orders, as the index returns them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

MAX_PAGE = 100
"""Orders of one page: as many as DynamoDB reads in one request."""


@dataclass(frozen=True, slots=True)
class Page:
    """Orders newest first; `cursor` continues after the last one, None at the end."""

    orders: tuple[Order, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A number of orders. If not `exact`, there are at least as many."""

    orders: int
    exact: bool


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """The open orders of one workflow version: their number by stage, and the oldest one's id."""

    stages: Mapping[Stage, int]
    oldest: str


@dataclass(frozen=True, slots=True)
class OpenVersions:
    """Open orders by workflow version. If not `complete`, there are more."""

    orders: Mapping[str, OpenOrders]
    complete: bool

    @classmethod
    def count(cls, found: Mapping[str, tuple[Stage, str]], *, complete: bool) -> "OpenVersions":
        """Count orders, given as (stage, version) by order id."""
        by_version: dict[str, dict[str, Stage]] = {}
        for order_id, (stage, version) in found.items():
            by_version.setdefault(version, {})[order_id] = stage
        orders = {
            version: OpenOrders(Counter(stages.values()), min(stages))
            for version, stages in by_version.items()
        }
        return cls(orders, complete)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Orders to be checked; `oldest_at` is the earliest date of a check that is overdue."""

    order_ids: tuple[str, ...]
    oldest_at: int | None
