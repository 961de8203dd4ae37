"""The stock of an order where another service keeps the inventory: the port and its requests.

The service and the order record cannot be written in one transaction. The record therefore has
the intent to reserve before the first request, and every request has the complete reservation with
a version. The highest version wins, so a request that is repeated, late or lost does no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from lambdas.domain.errors import LedgerMismatch, StoreConflict
from lambdas.domain.record.changes import Change, StockMovement


class ReservationState(StrEnum):
    """Where the units of an order are. A released reservation never changes again, and a sold one
    can only be released.
    """

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The units of one order, by SKU; none if they are released. `version` is the `sequence` of the
    order record that this reservation belongs to.
    """

    order_id: str
    version: int
    state: ReservationState
    lines: Mapping[str, int] = field(default_factory=dict)


class Reservations(Protocol):
    """The reservations of another service."""

    def put(self, wanted: Reservation) -> Reservation:
        """Set the reservation of an order, all units or none, and return the current one. It
        differs from `wanted` if the stored one is newer or final.

        Raises InsufficientStock, LedgerMismatch for a sale of units that are not held, and
        StoreUnavailable if the effect is unknown: the same request may be sent again.
        """
        ...

    def find(self, order_id: str) -> Reservation | None:
        """The reservation of an order (strongly consistent). Raises StoreUnavailable."""
        ...


def reservation_after(change: Change) -> Reservation:
    """The reservation of the order after a change that moves stock."""
    order, state = change.after, _state_after(change)
    released = state is ReservationState.RELEASED
    return Reservation(
        order_id=order.order_id,
        version=order.sequence,
        state=state,
        lines={} if released else {line.sku: line.quantity for line in order.items},
    )


def _state_after(change: Change) -> ReservationState:
    """An order that is still reserved after a release keeps the units of its lines."""
    match change.stock[0].movement:
        case StockMovement.SELL:
            return ReservationState.SOLD
        case StockMovement.RELEASE if not change.after.reserved:
            return ReservationState.RELEASED
        case _:
            return ReservationState.HELD


def require_current(found: Reservation, wanted: Reservation) -> None:
    """Raise StoreConflict if the reservation is newer than the decision, and LedgerMismatch if
    another system than this one closed it.
    """
    if (found.state, found.lines) == (wanted.state, wanted.lines):
        return
    if found.version > wanted.version:
        raise StoreConflict("the reservation is newer", order_id=wanted.order_id)
    raise LedgerMismatch(
        f"the reservation is {found.state} and not {wanted.state}", order_id=wanted.order_id
    )
