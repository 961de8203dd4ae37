"""OrderStore whose stock is kept by another service: reservations there, orders in any store."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.domain.errors import OrderNotFound, StoreConflict
from lambdas.domain.record.changes import Change, Event, StockMovement
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.reservations import Reservations, require_current, reservation_after
from lambdas.domain.steps.stock import intend_hold

if TYPE_CHECKING:
    from lambdas.domain.ports import OrderStore
    from lambdas.domain.steps.start import IdempotencyKey


class ReservedOrders:
    """Sets the reservation of an order before the change that needs it is written.

    If that write is refused afterwards, the next decision about the order sets the reservation
    again: a later version of it holds, sells or releases exactly the units of the record. The
    ledger has `holds_for` while the service may hold more units than the lines have.
    """

    def __init__(self, orders: "OrderStore", reservations: Reservations) -> None:
        self._orders = orders
        self._reservations = reservations

    def get(self, order_id: str) -> Order:
        return self._orders.get(order_id)

    def create(self, order: Order, events: Sequence[Event], key: "IdempotencyKey") -> Order:
        return self._orders.create(order, events, key)

    def find_by_key(self, key: "IdempotencyKey") -> Order | None:
        return self._orders.find_by_key(key)

    def commit(self, change: Change) -> Order:
        if change.stock:
            self._require_current(change)
            change = self._with_intent(change)
            wanted = reservation_after(change)
            require_current(self._reservations.put(wanted), wanted)
            change = replace(change, stock=(), after=_without_intent(change.after))
        return self._orders.commit(change)

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        return self._orders.append_signal(order_id, signal, now)

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        return self._orders.timeline(order_id)

    def _require_current(self, change: Change) -> None:
        """Read the record, so that a decision on an outdated one rarely reaches the service."""
        before = change.before
        try:
            current = self._orders.get(before.order_id)
        except OrderNotFound as error:
            raise StoreConflict("the order is gone", order_id=before.order_id) from error
        if (current.sequence, current.epoch) != (before.sequence, before.epoch):
            raise StoreConflict("the record changed meanwhile", order_id=before.order_id)

    def _with_intent(self, change: Change) -> Change:
        """The change on a record that has the intent to hold. Without it, no compensation and no
        refusal of an added line would know that the service may hold units.
        """
        if change.stock[0].movement is not StockMovement.HOLD:
            return change
        intent = intend_hold(change.before, change.after.updated_at)
        if intent is None:
            return change
        noted = self._orders.commit(intent)
        after = replace(change.after, sequence=noted.sequence + 1)
        return replace(change, before=noted, after=after)


def _without_intent(after: Order) -> Order:
    """The order with a reservation that has exactly the units of its lines."""
    held = after.ledger.get(RESERVE)
    if held is None or held.holds_for is None:
        return after
    return after.with_effect(RESERVE, replace(held, holds_for=None))
