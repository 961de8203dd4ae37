"""Changes of an order for the tests of the DynamoDB store."""

from dataclasses import replace

from lambdas.domain.record.changes import Change, StockMove, StockMovement, make_change
from lambdas.domain.record.order import Order
from tests.support.fakes.fake_clock import NOW

HOLD = StockMove(StockMovement.HOLD, "MUG-RED", 1)


def a_change(order: Order, *stock: StockMove) -> Change:
    return make_change(order, replace(order, revision=2), NOW, ("noted", {}), stock=stock)
