"""Orders as the janitor finds them."""

from typing import Any

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.world import World

OPEN = sorted(set(Stage) - ENDS - {Stage.NOTIFY})


class FailedChecks(list[tuple[str, Exception]]):
    """The orders that the janitor reported, and why."""

    def record(self, order_id: str, error: Exception) -> None:
        self.append((order_id, error))


LOST = (ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.UNKNOWN)
"""How an execution ends without a decision by a person."""


def gone(
    world: World,
    stage: Stage = Stage.AWAITING_APPROVAL,
    status: ExecutionStatus = ExecutionStatus.FAILED,
    **changes: Any,
) -> Order:
    """An order whose execution ended so."""
    order = world.place(stage, **changes)
    world.engine.end(order, status)
    return order


def stopped(world: World, stage: Stage = Stage.AWAITING_APPROVAL, **changes: Any) -> Order:
    """An order whose execution a person stopped."""
    return gone(world, stage, ExecutionStatus.ABORTED, **changes)
