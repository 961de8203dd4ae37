"""Orders as the janitor finds them."""

from typing import Any

from lambdas.domain.errors import (
    OrderError,
)
from lambdas.domain.order import Order
from lambdas.domain.stages import ENDS, Stage
from tests.support.world import World

OPEN = sorted(set(Stage) - ENDS - {Stage.NOTIFY})


class Survivors(list[OrderError]):
    """The errors that the janitor reported."""


def gone(world: World, stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
    """An order whose execution stopped."""
    order = world.place(stage, **changes)
    world.engine.stop(order.execution)
    return order
