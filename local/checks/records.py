"""The records of the tables, and the observations of an order, that the invariants check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.checks.timeline import whole_timeline

Record = Mapping[str, Any]

ENDS = ("completed", "cancelled", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Records of the tables at one moment; `events` are the timeline items of the orders, `shards`
    the parts of busy SKUs' stock.
    """

    orders: Sequence[Record]
    events: Sequence[Record] = ()
    payments: Sequence[Record] = ()
    inventory: Sequence[Record] = ()
    shards: Sequence[Record] = ()

    def payments_under(self, key: str) -> list[Record]:
        """The payments of an order at the provider. Those after the first, which the workflow
        prepares if the provider repeats a stored error, are named `KEY#TIME`.
        """
        return [entry for entry in self.payments if _key(entry["payment_key"]) == key]

    def refunds(self, key: str) -> list[int]:
        """The amounts of the refunds of an order's payments, in minor units."""
        return [
            payment["minor"]
            for payment in self.payments
            if _key(payment.get("refund_of", "")) == key
        ]

    def timeline(self, order: Record) -> list[Record]:
        """The events of an order, oldest first."""
        return whole_timeline(order, (event for event in self.events if event["pk"] == order["pk"]))


def _key(reference: str) -> str:
    return reference.partition("#")[0]


@dataclass(slots=True)
class ObservedOrder:
    """The observations of one order from outside while its scenario ran."""

    order_id: str
    accepted: list[str] = field(default_factory=list)
    """Ids of the signals that the API accepted, in order."""
    deadlines: set[int] = field(default_factory=set)
    """Every approval deadline that the API returned, in epoch milliseconds."""
    executions: list[str] = field(default_factory=list)
    """How each of its executions ended: its status, or TAKEN_OVER."""
    histories: str = ""
    """The text of all of its histories."""
    tokens: set[str] = field(default_factory=set)
    responses: tuple[str, ...] = ()
    """The bodies of the API's responses."""
