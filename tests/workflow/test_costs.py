"""The AWS calls of each activity."""

from collections import Counter

from tests.support.activities import BACKWARD, UNASKED
from tests.workflow.scenarios.approvals import HAPPY_V1
from tests.workflow.scenarios.payments import CANCELLED_IN_FLIGHT
from tests.workflow.scenarios.runner import run_scenario
from tests.workflow.world import World

READ = "dynamodb.Query"
READ_ITEM = "dynamodb.GetItem"
READ_STOCK = "dynamodb.BatchGetItem"
UPDATE = "dynamodb.UpdateItem"
PUT = "dynamodb.PutItem"
WRITE = "dynamodb.TransactWriteItems"
MAIL = "sesv2.SendEmail"

CALLS: dict[str, dict[str, int]] = {
    "FetchInventorySnapshot": {READ: 1, READ_STOCK: 1},
    "FetchCustomerProfile": {READ: 1, READ_ITEM: 1},
    "FetchRecommendations": {READ: 1, READ_STOCK: 2},
    "ReserveStock": {READ: 1, WRITE: 1},
    "AwaitSignal": {READ: 2, UPDATE: 1},
    "ApplySignals": {READ: 1, UPDATE: 1},
    "ProcessPayment": {READ: 1, READ_ITEM: 1, PUT: 1, UPDATE: 3},
    "UpdateOrderStatus": {READ: 1, WRITE: 1},
    "SendOrderConfirmation": {READ: 1, READ_ITEM: 1, UPDATE: 2, MAIL: 1},
}
"""The AWS calls of each activity, with sequential enrichment, including those of the sandbox
provider.
"""

COMPENSATION_CALLS: dict[str, dict[str, int]] = {
    "RefundPayment": {READ: 1, READ_ITEM: 2, UPDATE: 1, WRITE: 3},
    "ReleaseStock": {READ: 1, WRITE: 1},
    "SendCancellationEmail": {READ: 1, READ_ITEM: 1, UPDATE: 2, MAIL: 1},
    "CloseOrder": {READ: 1, WRITE: 1},
}
"""The AWS calls of the compensations of a paid order. One of RefundPayment's transactions is that
of the sandbox provider.
"""


def test_forward_activities_make_exactly_the_listed_calls(world: World) -> None:
    run_scenario(HAPPY_V1, world)

    made = _calls(world, UNASKED)
    assert {state: made[state] for state in CALLS} == CALLS


def test_compensations_make_exactly_the_listed_calls(world: World) -> None:
    run_scenario(CANCELLED_IN_FLIGHT, world)

    assert _calls(world, BACKWARD) == COMPENSATION_CALLS


def _calls(world: World, states: tuple[str, ...]) -> dict[str, dict[str, int]]:
    """The number of calls of each operation by each function."""
    made = Counter((call.state, call.operation) for call in world.engine.wire.calls)
    return {
        state: {operation: n for (caller, operation), n in made.items() if caller == state}
        for state in states
    }
