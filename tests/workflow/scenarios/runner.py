"""Runs a scenario and returns its end."""

from dataclasses import replace
from functools import partial

from lambdas.domain.record.ledger import Effect
from lambdas.executions.history import redact
from lambdas.executions.outcomes import classify
from tests.support.requests import REQUEST
from tests.workflow.faults import LambdaFault, WireFault
from tests.workflow.scenarios.scenario import UNFINISHED, End, Scenario
from tests.workflow.world import World

_FLAGS = ("reserved", "payment_approved", "charged", "cancelled")


def run_scenario(scenario: Scenario, world: World) -> None:
    """Run the scenario to its end. Afterwards no execution is busy."""
    engine = world.engine
    engine.lambdas.faults += [f for f in scenario.faults if isinstance(f, LambdaFault)]
    engine.wire.faults += [f for f in scenario.faults if isinstance(f, WireFault)]
    for moment, step in scenario.meanwhile.items():
        engine.lambdas.moments[moment] = [partial(step, world)]
    for step in scenario.prologue:
        step(world)
    world.place(replace(REQUEST, payment_method=scenario.payment_method, version=scenario.version))
    for step in scenario.script:
        engine.settle()
        step(world)
    engine.settle()
    assert not engine.lambdas.moments, "a moment of the scenario did not occur"


def ending(world: World) -> End:
    """The end of the order, to compare with the expected one."""
    order = world.order()
    paths = world.paths()
    is_enriched = any("ReserveStock" in path for path in paths)
    return End(
        stage=order.stage.value,
        paths=paths,
        statuses=world.statuses(),
        verdicts=tuple(str(classify(list(redact(h))).verdict) for h in world.histories()),
        outcomes=tuple(order.outcomes.get(signal_id, "none") for signal_id in world.accepted),
        last_error=order.last_error,
        flags=frozenset(flag for flag in _FLAGS if getattr(order, flag)),
        ledger={name: _state(effect) for name, effect in order.ledger.items()},
        stock=world.moved_stock(),
        payment=world.payment(),
        mails=tuple(subject.rsplit(" ", 1)[-1] for _, subject in world.mails()),
        retried=world.retried(),
        messages=len(world.operator_messages()),
        recovered=tuple(type(error).__name__ for error in world.recovered),
        found=order.enrichment if is_enriched else UNFINISHED,
    )


def _state(effect: Effect) -> str:
    return f"{effect.state} and stuck" if effect.stuck else str(effect.state)
