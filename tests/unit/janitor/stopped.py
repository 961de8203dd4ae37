"""Orders as the janitor finds them."""

from typing import Any

from lambdas.domain.order import Order
from lambdas.domain.stages import ENDS, Stage
from tests.support.world import World

OPEN = sorted(set(Stage) - ENDS - {Stage.NOTIFY})


class Survivors(list[tuple[str, Exception]]):
    """The orders that the janitor reported, and why."""

    def note(self, order_id: str, error: Exception) -> None:
        self.append((order_id, error))


def gone(world: World, stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
    """An order whose execution stopped."""
    order = world.place(stage, **changes)
    world.engine.stop(order)
    return order
