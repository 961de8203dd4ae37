"""The properties of the engine without which a check of the scenarios would find nothing."""

import json
import threading

from tests.workflow.histories import without_tokens
from tests.workflow.lambda_service import Invocation
from tests.workflow.scenarios.approvals import HAPPY
from tests.workflow.scenarios.runner import run_scenario
from tests.workflow.scenarios.scenario import Scenario
from tests.workflow.virtual_time import START
from tests.workflow.world import World, a_world


def test_result_token_and_every_write_are_seen_while_time_stands_still(world: World) -> None:
    run_scenario(HAPPY, world)

    output = json.loads(world.engine.output(world.order().execution))
    assert output["result"] == f"Order {world.order_id} completed (version v2)"
    history = world.histories()[0]
    token = next(c.event["token"] for c in world.engine.lambdas.invocations if "token" in c.event)
    assert token in json.dumps(history, default=str)
    assert token not in json.dumps(without_tokens(history), default=str)
    sequences = [version["sequence"] for version in world.versions]
    assert sequences == list(range(1, world.order().sequence + 1))
    assert world.engine.clock.now() == START


def test_the_log_of_the_functions_is_seen(world: World) -> None:
    world.engine.lambdas.run(Invocation("ReserveStock", {"order_id": "none", "epoch": 1}))

    assert "OrderNotFound" in world.log()


def test_no_thread_of_an_engine_outlives_it() -> None:
    before = set(threading.enumerate())
    with a_world() as world:
        run_scenario(Scenario(name="left waiting", ends=HAPPY.ends), world)

    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=600)
    assert set(threading.enumerate()) <= before
