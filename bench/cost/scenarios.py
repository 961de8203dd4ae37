"""Runs seven scenarios on the committed definition with the deployed handlers, and counts units."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from logging import StreamHandler

from bench.cost.recorder import Recorder, Usage
from lambdas.adapters import aws_clients
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.steps.start import StartRequest
from lambdas.telemetry import logger
from tests.workflow.histories import entered
from tests.workflow.moto_engine import MotoEngine
from tests.workflow.resources import LONG_ID
from tests.workflow.scenarios.steps import add, cancel, let_pass
from tests.workflow.world import World

SECONDS_PER_CALL = 0.01
"""The virtual time of an AWS call, so that no two writes happen in the same millisecond."""
APPROVER = "84c8d4a8-2031-70e6-1f0b-5d3c9a1b2c3d"
"""A subject of a user pool."""
TWO_LINES = (("COFFEE-1KG", 2), ("MUG-RED", 1))


def approve(world: World) -> None:
    """Approve the current revision."""
    seen = world.order().revision
    world.signal(SignalKind.APPROVE_PAYMENT, APPROVER, actor_name="approver1", revision=seen)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One order. `requests` counts the HTTP requests of its callers (each signal follows a query
    for the revision); `script` is what they do while the order waits.
    """

    name: str
    requests: int
    script: tuple[Callable[[World], object], ...]
    payment_method: str = "pm_ok"


SCENARIOS = (
    Scenario(name="approved at once", requests=3, script=(approve,)),
    Scenario(name="approved after 10 minutes", requests=3, script=(let_pass(610), approve)),
    Scenario(name="one item added, then approved", requests=4, script=(add("MUG-RED", 1), approve)),
    Scenario(name="cancelled while waiting", requests=2, script=(cancel(),)),
    Scenario(name="deadline passes", requests=1, script=(let_pass(905),)),
    Scenario(name="payment declined", requests=3, script=(approve,), payment_method="pm_declined"),
    Scenario(
        name="payment succeeds on the third try",
        requests=3,
        script=(approve,),
        payment_method="pm_flaky_2",
    ),
)


_DURATION = re.compile(r'"duration_ms":\d+')
_TYPICAL_DURATION = '"duration_ms":100'
"""Replaces durations in the logs, so that their size does not depend on the machine."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The usage of one order. `log_bytes` is the size of the functions' own log lines."""

    scenario: str
    stage: str
    transitions: int
    invocations: int
    requests: int
    mails: int
    log_bytes: int
    usage: Usage


def measure_scenario(scenario: Scenario) -> Counts:
    """Run a scenario in a new account, in virtual time, and count what it uses."""
    log = io.StringIO()
    with redirect_stdout(log), _functions_log_to(log), MotoEngine() as engine:
        recorder = Recorder(on_call=lambda: engine.clock.sleep(SECONDS_PER_CALL))
        recorder.attach(aws_clients._session())
        world = World(engine, log)
        _run(scenario, world)
        retries = sum(world.retried().values())
        return Counts(
            scenario=scenario.name,
            stage=world.order().stage.value,
            transitions=sum(len(entered(h)) for h in world.histories()) + retries,
            invocations=len(engine.lambdas.invocations),
            requests=scenario.requests,
            mails=len(world.mails()),
            log_bytes=len(_DURATION.sub(_TYPICAL_DURATION, log.getvalue())),
            usage=recorder.usage,
        )


def _run(scenario: Scenario, world: World) -> None:
    world.place(
        StartRequest(
            customer_id=LONG_ID,
            requested_by=LONG_ID,
            payment_method=scenario.payment_method,
            version="v2",
            items=TWO_LINES,
        )
    )
    world.engine.settle()
    for step in scenario.script:
        step(world)
        world.engine.settle()


@contextmanager
def _functions_log_to(log: io.StringIO) -> Iterator[None]:
    """Redirect the functions' loggers, which keep the stdout of their import."""
    handlers = [h for h in logging.getLogger(logger.name).handlers if isinstance(h, StreamHandler)]
    before = [handler.setStream(log) for handler in handlers]
    try:
        yield
    finally:
        for handler, stream in zip(handlers, before, strict=True):
            handler.setStream(stream)
