"""Changes of an order that DynamoDB is asked to write."""

from dataclasses import replace

from lambdas.domain.record.changes import Change, StockMove, StockMovement, make_change
from lambdas.domain.record.order import Order
from tests.support.fake_clock import NOW

HOLD = StockMove(StockMovement.HOLD, "MUG-RED", 1)


def told(order: Order, *stock: StockMove) -> Change:
    return make_change(order, replace(order, revision=2), NOW, ("told", {}), stock=stock)
