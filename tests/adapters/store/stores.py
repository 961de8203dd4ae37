"""The order stores under one suite: in memory, on DynamoDB, and with stock at another service."""

from typing import Any, Protocol

from lambdas.adapters.http.inventory import HttpReservations
from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.orders.reserved_orders import ReservedOrders
from lambdas.domain.ports import OrderIndex, OrderStore
from lambdas.domain.record.order import Order
from lambdas.domain.record.usage import CustomerCaps
from lambdas.domain.reservations import Reservation, ReservationState
from tests.adapters.http.reference_service import ReferenceService
from tests.adapters.http.services import connect
from tests.support import tables
from tests.support.fakes.fake_directories import FakeInventory
from tests.support.fakes.fake_store import FakeOrders


class StoreUnderTest(Protocol):
    """A store, and what a test needs to arrange and to see behind it."""

    store: OrderStore
    index: OrderIndex

    def cap(self, caps: CustomerCaps) -> None:
        """Set the caps of every customer."""
        ...

    def put(self, *orders: Order) -> None:
        """Arrange orders as they are."""
        ...

    def put_stock(self, sku: str, available: int, held: int = 0) -> None:
        """Arrange one SKU."""
        ...

    def stock_counters(self, sku: str) -> tuple[int, int, int]:
        """(available, held, sold) of a SKU."""
        ...


class InMemory:
    """The fake store of all unit tests."""

    def __init__(self) -> None:
        self._inventory = FakeInventory()
        fake = FakeOrders(self._inventory)
        self.store: OrderStore = fake
        self.index: OrderIndex = fake
        self.put = fake.put
        self._fake = fake

    def cap(self, caps: CustomerCaps) -> None:
        self._fake.caps = caps

    def put_stock(self, sku: str, available: int, held: int = 0) -> None:
        self._inventory.put(sku, available=available, held=held)

    def stock_counters(self, sku: str) -> tuple[int, int, int]:
        item = self._inventory.by_sku[sku]
        return item.available, item.held, item.sold


class OnDynamoDB:
    """The adapter that runs in Lambda, on moto's DynamoDB."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.store: OrderStore = DynamoDBOrders(
            client, orders_table=tables.ORDERS, inventory_table=tables.INVENTORY
        )
        self.index: OrderIndex = DynamoDBOrderIndex(client, orders_table=tables.ORDERS)

    def cap(self, caps: CustomerCaps) -> None:
        self.store = DynamoDBOrders(
            self._client,
            orders_table=tables.ORDERS,
            inventory_table=tables.INVENTORY,
            caps=caps,
        )

    def put(self, *orders: Order) -> None:
        for order in orders:
            tables.put_order(self._client, order)

    def put_stock(self, sku: str, available: int, held: int = 0) -> None:
        tables.put_stock(self._client, sku, available=available, held=held)

    def stock_counters(self, sku: str) -> tuple[int, int, int]:
        [found] = [r for r in tables.records(self._client, tables.INVENTORY) if r["sku"] == sku]
        return found["available"], found["held"], found["sold"]


RESERVATION_GAPS = {
    "neither_released_nor_sold[reservations-release": "a release frees the units that are held",
}
"""Parts of the names of tests that WithReservations fails, with the reasons."""


class WithReservations(OnDynamoDB):
    """Orders on DynamoDB, stock at another service. `put_stock` holds units for the last order."""

    def __init__(self, client: Any, service: ReferenceService) -> None:
        super().__init__(client)
        self._service = service
        self._order_id = ""
        self.store = ReservedOrders(self.store, HttpReservations(connect(service)))

    def put(self, *orders: Order) -> None:
        super().put(*orders)
        self._order_id = orders[-1].order_id

    def put_stock(self, sku: str, available: int, held: int = 0) -> None:
        self._service.stock(sku, available=available + held)
        if held:
            state, lines = ReservationState.HELD, {sku: held}
            reservation = Reservation(order_id=self._order_id, version=1, state=state, lines=lines)
            HttpReservations(connect(self._service)).put(reservation)

    def stock_counters(self, sku: str) -> tuple[int, int, int]:
        return self._service.stock_counters(sku)
