"""A deployment publishes another definition; running executions keep theirs."""

import pytest

from lambdas.domain.record.stages import Stage
from tests.simulation.runs.run import Run
from tests.simulation.schedules.random_schedule import random_schedule
from tests.simulation.schedules.schedule import FIRST_ORDER, Action, ScheduledEvent, one_order
from tests.simulation.step_functions.definition import check, order_workflow
from tests.simulation.step_functions.deployments import PLACES, build_deployment, find_strayed

NUMBERS = range(1, 2 * len(PLACES) + 1)
DEPLOYED_THEN_LOST = ((Action.DEPLOY, 1_000), (Action.STOP, 2_000))


def after_actions(*actions: tuple[Action, int]) -> Run:
    """Run an order to its end, with these actions at the given milliseconds of its wait for
    approval.
    """
    waiting = (ScheduledEvent(one, 0, after, Stage.AWAITING_APPROVAL) for one, after in actions)
    run = Run(one_order(*waiting))
    assert run.execute() == []
    return run


def visited(run: Run, execution: str) -> list[str]:
    """The Pass states of deployments that an execution came through."""
    states = run.world.engine.executions[execution].visited
    return [state for state in states if state.startswith("Deployment")]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_deployment_publishes_what_the_interpreter_takes(number: int) -> None:
    machine = build_deployment(order_workflow(), number)

    check(machine["States"])
    assert machine == build_deployment(order_workflow(), number)
    assert f"Deployment{number}" in {state.get("Next") for state in machine["States"].values()} | {
        choice["Next"]
        for state in machine["States"].values()
        for choice in state.get("Choices", ())
    }


def test_an_execution_keeps_its_definition_and_its_successor_takes_the_newest() -> None:
    run = after_actions(
        (Action.DEPLOY, 500), (Action.DEPLOY, 700), (Action.DEPLOY, 900), (Action.STOP, 2_000)
    )

    assert visited(run, f"{FIRST_ORDER}-1") == []
    assert visited(run, f"{FIRST_ORDER}-2") == ["Deployment3"]


def test_an_execution_on_the_path_of_another_version_is_reported() -> None:
    run = after_actions(*DEPLOYED_THEN_LOST)
    executions = run.world.engine.executions
    executions[f"{FIRST_ORDER}-1"].machine = build_deployment(order_workflow(), 4)

    [found] = find_strayed(run.world.engine)

    assert found.startswith(f"{FIRST_ORDER}-1: went from EnrichOrder to ReserveStock")


def test_chance_deploys_while_orders_run() -> None:
    outlived = 0
    for seed in range(1, 200):
        run = Run(random_schedule(seed))
        assert run.execute() == []
        engine = run.world.engine
        outlived += sum(
            execution.machine is not engine.machine for execution in engine.executions.values()
        )

    assert outlived > 10
