"""Runs the activities through every call that they can make."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.infrastructure.grants.recorder import Recorder
from tests.support.occupied import Key, occupied
from tests.workflow.scenarios.all_scenarios import SCENARIOS
from tests.workflow.scenarios.approvals import HAPPY
from tests.workflow.scenarios.runner import run_scenario
from tests.workflow.scenarios.scenario import Scenario
from tests.workflow.scenarios.steps import add, approve, cancel
from tests.workflow.world import World, a_world

SKU = "MUG-RED"
NAMES = (
    "a cancel in the middle of the completing write wins",
    "an item added after an e-mail makes the revision of its link stale",
    "a cancel while the payment is pending is refunded when it settles",
    "a refund that cannot be made keeps the order open until the provider recovers",
    "an order whose customer is gone fails, and its e-mail is not sent",
    "a throttled confirmation is sent later and once",
)
EARLY = Scenario(
    name="an approval before the wait",
    meanwhile={("before", "AwaitSignal"): approve()},
    ends=HAPPY.ends,
)
_BUSY_END = {"completed": approve(), "cancelled": cancel()}


def run_activities(recorder: Recorder) -> None:
    """Run the fewest scenarios that make every call, and orders whose stock is busy."""
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    for scenario in (*(by_name[name] for name in NAMES), EARLY):
        with a_world(recorder.install) as world:
            recorder.activity = running_in(world)
            run_scenario(scenario, world)
    for end, step in _BUSY_END.items():
        with a_world(recorder.install) as world:
            recorder.activity = running_in(world)
            _run_with_busy_stock(world, Scenario(name=end, script=(step,), ends=HAPPY.ends))
    recorder.activity = lambda: None


def running_in(world: World) -> Callable[[], str | None]:
    """A function that returns the activity that runs in this thread, if one does."""
    return lambda: world.engine.lambdas.running


def _run_with_busy_stock(world: World, scenario: Scenario) -> None:
    """Run a scenario in which all available units are on a shard when units are reserved, and in
    which each activity that moves units conflicts with another transaction once.
    """
    moments = world.engine.lambdas.moments
    for state in ("ReserveStock", "ApplySignals"):
        moments[("before", state)] = [partial(_lend_all, world)]
    moments[("after", "ReserveStock")] = [partial(add(SKU, 1), world)]
    met: set[str | None] = set()

    def is_occupied(key: Key) -> bool:
        activity = world.engine.lambdas.running
        if key != (SKU,) or activity in met or activity in ("ReserveStock", "ApplySignals"):
            return False
        met.add(activity)
        return True

    store: Any = world.deps.store
    with occupied(store._client, is_occupied, smallest=3):
        run_scenario(scenario, world)


def _lend_all(world: World) -> None:
    shards: Any = world.deps.stock_shards
    now = world.engine.clock.now()
    assert shards.lend(SKU, 0, shards.item(SKU)["available"], now)
