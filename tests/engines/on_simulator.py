"""Runs a scenario in the simulator, step by step instead of at random."""

from lambdas.adapters.orders.order_records import event_record
from tests.engines.results import Ran, Result, Seen, scenario_result
from tests.engines.scenario import Scenario
from tests.engines.scripted_world import ORDER, ScriptedWorld
from tests.simulation.step_functions.engine import Execution
from tests.support.fakes.fake_payments import as_records


def run_scenario(scenario: Scenario) -> Result:
    """Run the scenario to its end in a new world."""
    world = ScriptedWorld(scenario)
    world.place(scenario)
    for step in scenario.steps:
        world.settle()
        world.take(step)
    world.settle()
    world.end_actors()
    assert not world.defects, world.defects
    return scenario_result(_seen(world))


def _seen(world: ScriptedWorld) -> Seen:
    return Seen(
        order_id=ORDER,
        executions=[_ran(execution) for execution in world.engine.executions.values()],
        order=world.store.records[ORDER],
        events=[event_record(ORDER, event) for event in world.store.timeline(ORDER)],
        inventory=world.store.stock_records(),
        payments=as_records(world.payments),
        subjects=[mail.subject for mail in world.notifier.sent],
    )


def _ran(execution: Execution) -> Ran:
    failure = execution.failure
    result = execution.output if failure is None else [failure.error, failure.cause]
    return Ran(execution.status, result, execution.journal.entries)
