"""The reservations of another service in memory, by the rules of docs/adapters.md."""

from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from lambdas.domain.errors import InsufficientStock, LedgerMismatch
from lambdas.domain.reservations import Reservation, Reservations, ReservationState
from tests.support.fakes.fake_directories import FakeInventory

HELD, SOLD, RELEASED = ReservationState


class FakeReservations(Reservations):
    """Moves the units of an inventory."""

    def __init__(self, inventory: FakeInventory) -> None:
        self.inventory = inventory
        self._current: dict[str, Reservation] = {}
        self._lock = Lock()

    def put(self, wanted: Reservation) -> Reservation:
        with self._lock:
            current = self.find(wanted.order_id) or replace(wanted, version=0, state=HELD, lines={})
            if wanted.version <= current.version or _is_final(current, wanted):
                return current
            self._require_units(current, wanted)
            self._move(current, -1)
            self._move(wanted, 1)
            self._current[wanted.order_id] = wanted
            return wanted

    def find(self, order_id: str) -> Reservation | None:
        return self._current.get(order_id)

    def _require_units(self, current: Reservation, wanted: Reservation) -> None:
        more = {sku: units - current.lines.get(sku, 0) for sku, units in wanted.lines.items()}
        short = _short(more, {sku: one.available for sku, one in self.inventory.by_sku.items()})
        if wanted.state is SOLD and (lacking := _short(more, {})):
            raise LedgerMismatch(
                f"less stock held than the order holds: {lacking}", order_id=wanted.order_id
            )
        if short:
            raise InsufficientStock(f"insufficient stock: {short}", order_id=wanted.order_id)

    def _move(self, reservation: Reservation, sign: int) -> None:
        for sku, units in reservation.lines.items():
            item = self.inventory.by_sku[sku]
            item.available -= sign * units
            if reservation.state is SOLD:
                item.sold += sign * units
            else:
                item.held += sign * units


def _is_final(current: Reservation, wanted: Reservation) -> bool:
    return current.state is RELEASED or (current.state is SOLD and wanted.state is HELD)


def _short(more: Mapping[str, int], available: Mapping[str, int]) -> str:
    return ", ".join(sku for sku, units in more.items() if units > available.get(sku, 0))
