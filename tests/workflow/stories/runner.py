"""Runs a story in a world, and returns its result."""

from functools import partial

from lambdas.domain.record.ledger import Effect
from lambdas.domain.steps.start import StartRequest
from lambdas.executions.history import redact
from lambdas.executions.outcomes import classify
from tests.workflow.faults import LambdaFault, WireFault
from tests.workflow.stories.story import UNFINISHED, End, Story
from tests.workflow.world import World

_FLAGS = ("reserved", "payment_approved", "charged", "cancelled")


def run_story(story: Story, world: World) -> None:
    """Play the story to its end; every execution rests afterwards."""
    engine = world.engine
    engine.lambdas.faults += [f for f in story.faults if isinstance(f, LambdaFault)]
    engine.wire.faults += [f for f in story.faults if isinstance(f, WireFault)]
    for moment, step in story.meanwhile.items():
        engine.lambdas.moments[moment] = [partial(step, world)]
    for step in story.prologue:
        step(world)
    world.place(_request(story))
    for step in story.script:
        engine.settle()
        step(world)
    engine.settle()
    assert not engine.lambdas.moments, "a moment of the story never came"


def ending(world: World) -> End:
    """The visible result."""
    order = world.order()
    paths = world.paths()
    finished = any("ReserveStock" in path for path in paths)
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
        found=order.enrichment if finished else UNFINISHED,
    )


def _state(effect: Effect) -> str:
    return f"{effect.state} and stuck" if effect.stuck else str(effect.state)


def _request(story: Story) -> StartRequest:
    return StartRequest(
        customer_id="alice",
        requested_by="alice",
        payment_method=story.payment_method,
        version=story.version,
        items=story.items,
    )
