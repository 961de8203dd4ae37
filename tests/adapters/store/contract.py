"""What the tests of the store contract share."""

from dataclasses import replace

from lambdas.domain.record.changes import Change, Event, StockMove, StockMovement, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import a_line, an_order
from tests.support.fakes.fake_clock import NOW

PLACED = Event(number=1, at=NOW, kind="order-placed", stage=Stage.START)
HOLD = StockMove(StockMovement.HOLD, "MUG-RED", 1)


def order_of(*moves: StockMove) -> Order:
    """An order that waits, with the lines of `moves`."""
    return an_order(items=tuple(a_line(move.sku, move.quantity) for move in moves))


def placed(**changes: object) -> Order:
    return an_order(Stage.START, **{"event_count": 1, **changes})


def written(order: Order, *stock: StockMove) -> Change:
    """A change with one event, and with stock if asked for."""
    releases = any(move.movement is StockMovement.RELEASE for move in stock)
    after = replace(order, revision=2, reserved=order.reserved and not releases)
    return make_change(order, after, NOW, ("noted", {"n": 1}), stock=stock)


def timeline(under: StoreUnderTest, order: Order) -> list[tuple[int, str]]:
    return [(event.number, event.kind) for event in under.store.timeline(order.order_id)]
