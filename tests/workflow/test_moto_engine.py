"""The properties of the engine that the scenarios rely on."""

import json
import threading

import pytest

from tests.support.activities import BACKWARD, FORWARD
from tests.workflow import resources
from tests.workflow.faults import LambdaFault, Mishap, throttled
from tests.workflow.histories import without_tokens
from tests.workflow.lambda_service import Invocation, activity_handlers
from tests.workflow.moto_engine import MotoEngine
from tests.workflow.scenarios.approvals import HAPPY
from tests.workflow.scenarios.payments import CANCELLED_IN_FLIGHT
from tests.workflow.scenarios.runner import run_scenario
from tests.workflow.scenarios.scenario import Scenario
from tests.workflow.scenarios.steps import approve
from tests.workflow.virtual_time import START
from tests.workflow.world import World, a_world

RESULT = "Order {} completed (version v2)"


def test_the_execution_answers_with_the_result_in_one_sentence(world: World) -> None:
    run_scenario(HAPPY, world)

    output = json.loads(world.engine.output(world.order().execution))
    assert output["result"] == RESULT.format(world.order_id)


def test_an_answer_before_the_task_was_submitted_counts_after_it(world: World) -> None:
    scenario = Scenario(
        name="early", meanwhile={("after", "AwaitSignal"): approve()}, ends=HAPPY.ends
    )

    run_scenario(scenario, world)

    types = [event["type"] for event in world.histories()[0]]
    answered = [event for event in world.histories()[0] if _answers_token_wait(event)]
    submitted = types.index("TaskSubmitted")
    assert [event["id"] for event in answered] == [submitted + 2]


def test_an_exception_reaches_the_history_under_its_class_name(world: World) -> None:
    reply = world.engine.lambdas.run(Invocation("ReserveStock", {"order_id": "none", "epoch": 1}))

    assert reply["errorType"] == "OrderNotFound"


def test_the_history_shows_the_token_only_where_step_functions_itself_does(world: World) -> None:
    run_scenario(HAPPY, world)

    history = world.histories()[0]
    token = next(c.event["token"] for c in world.engine.lambdas.invocations if "token" in c.event)
    assert token in json.dumps(history, default=str)
    assert token not in json.dumps(without_tokens(history), default=str)


def test_the_log_of_the_functions_is_seen(world: World) -> None:
    world.engine.lambdas.run(Invocation("ReserveStock", {"order_id": "none", "epoch": 1}))

    assert "OrderNotFound" in world.log()


def test_every_version_of_the_record_is_seen(world: World) -> None:
    run_scenario(HAPPY, world)

    sequences = [version["sequence"] for version in world.versions]
    assert sequences == list(range(1, world.order().sequence + 1))


def test_a_throttled_function_is_named_as_the_service_names_it(world: World) -> None:
    world.engine.lambdas.faults.append(throttled("ReserveStock", times=1))

    run_scenario(HAPPY, world)

    failures = [e for e in world.histories()[0] if e["type"] == "TaskFailed"]
    names = [event["taskFailedEventDetails"]["error"] for event in failures]
    assert names == ["Lambda.TooManyRequestsException"]


def test_time_stands_still_while_the_engine_works(world: World) -> None:
    run_scenario(HAPPY, world)

    assert world.engine.clock.now() == START


def test_no_thread_of_an_engine_outlives_it() -> None:
    before = set(threading.enumerate())
    with a_world() as world:
        run_scenario(Scenario(name="left waiting", ends=HAPPY.ends), world)

    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=600)
    assert set(threading.enumerate()) <= before


def test_an_engine_begins_with_the_seed_data_alone() -> None:
    with a_world() as world:
        run_scenario(CANCELLED_IN_FLIGHT, world)
    with MotoEngine() as engine:
        assert engine.executions() == []
        assert resources.scan("orders") == []


def test_every_function_of_the_definition_has_a_handler() -> None:
    assert len(activity_handlers()) == len(FORWARD + BACKWARD)


@pytest.mark.parametrize("mishap", list(Mishap))
def test_every_mishap_happens_to_somebody(mishap: Mishap, world: World) -> None:
    world.engine.lambdas.faults.append(LambdaFault(mishap, "ReserveStock", 1))

    run_scenario(HAPPY, world)

    attempts = [c for c in world.engine.lambdas.invocations if c.state == "ReserveStock"]
    assert len(attempts) == 2


def _answers_token_wait(event: dict[str, object]) -> bool:
    detail = event.get("taskSucceededEventDetails")
    return isinstance(detail, dict) and str(detail["resource"]).endswith(".waitForTaskToken")
