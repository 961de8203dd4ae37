"""Scenarios of the simulator that together take every transition of the definition."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.takeover import MAX_LOOPS
from tests.simulation.runs.matrix import ATTEMPTS, FAULTS, LATE_MS, cancelled_late, planned_faults
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import (
    Action,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    one_order,
)
from tests.simulation.step_functions.engine import Done, Execution
from tests.simulation.step_functions.interpreter import StateFailed
from tests.simulation.world.faults import Fault
from tests.support.activities import BACKWARD, FORWARD
from tests.support.definition import load, placeholder, tasks

MOST_CALLS = 200
"""More calls than this in one scenario mean an endless loop."""
ROUNDS = 62
"""Failures after which an execution ends and the janitor continues the order."""

APPROVE = ScheduledEvent(SignalKind.APPROVE_PAYMENT, 0, LATE_MS, Stage.AWAITING_APPROVAL, "a0")


class Runaway(Exception):
    """The execution does not end."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A schedule. `times` invocations of a function fail with `error`, after `after` ones;
    `loops` is the loop counter in the input of the first ApplySignals.
    """

    name: str
    schedule: Schedule
    function: str = ""
    error: str = ""
    times: int = 0
    after: int = 0
    loops: int = 0

    def result(self, machine: Mapping[str, Any]) -> "Result":
        """Run the scenario with a definition."""
        run = Run(self.schedule)
        run.world.engine.machine = machine
        calls = _Calls(run.world.engine.invoke, self)
        run.world.engine.invoke = calls
        return Result(run, run.execute(), calls.made)

    def observe(self, machine: Mapping[str, Any]) -> Mapping[str, object]:
        """Run the scenario with a definition. Returns the observable behaviour."""
        result = self.result(machine)
        run = result.run
        store, engine = run.world.store, run.world.engine
        return {
            "problems": result.problems,
            "orders": [_order(record) for record in store.records.values()],
            "ended at": run.ends.at,
            "executions": [_execution(execution) for execution in engine.executions.values()],
            "calls": result.calls,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario after its end: the broken invariants, and the calls with the names of their
    inputs.
    """

    run: Run
    problems: list[str]
    calls: list[tuple[str, tuple[str, ...]]]


class _Calls:
    """Records invocations and their inputs, and makes some of them fail."""

    def __init__(self, invoke: Callable[..., None], scenario: Scenario) -> None:
        self._invoke, self._scenario = invoke, scenario
        self._before, self._left = scenario.after, scenario.times
        self._loops = scenario.loops
        self.made: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, function: str, payload: Mapping[str, Any], done: Done) -> None:
        self.made.append((function, _names(payload)))
        if len(self.made) > MOST_CALLS:
            raise Runaway
        if self._fails(function):
            done(None, StateFailed(self._scenario.error))
        else:
            self._invoke(function, self._after_many_loops(function, payload), done)

    def _after_many_loops(self, function: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        task = payload.get("task")
        if function != "ApplySignals" or not self._loops or not task or "next" not in task:
            return payload
        loops, self._loops = self._loops, 0
        return {**payload, "task": {**task, "next": {**task["next"], "loops": loops}}}

    def _fails(self, function: str) -> bool:
        if function != self._scenario.function:
            return False
        if self._before:
            self._before -= 1
            return False
        self._left -= 1
        return self._left >= 0


def _named_in_catches(task: Mapping[str, Any]) -> Iterator[str]:
    for catcher in task.get("Catch", ()):
        yield from (error for error in catcher["ErrorEquals"] if not error.startswith("States."))


def _names(payload: object) -> tuple[str, ...]:
    """The names in a payload and in its task; a mutant may pass a payload of any type."""
    if not isinstance(payload, Mapping):
        return (repr(payload),)
    task = payload.get("task")
    inner = sorted(task) if isinstance(task, Mapping) else [repr(task)]
    return (*sorted(payload), *inner)


def _execution(execution: Execution) -> tuple[object, ...]:
    ended = execution.status, execution.ended_at, execution.output
    return execution.name, execution.visited, ended


def _order(record: Mapping[str, Any]) -> tuple[object, ...]:
    ledger = {name: effect["state"] for name, effect in record["ledger"].items()}
    fields = (record[name] for name in ("stage", "epoch", "charged", "reserved", "outcomes"))
    return (*fields, ledger)


@lru_cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, the simplest first."""
    return (*_plain(), *_interruptions(), *_faults(), *_errors_of_a_branch(), *_service_errors())


def _schedule(**changes: Any) -> Schedule:
    return one_order(**{"seed": 7, "events": (APPROVE,), **changes}, item=("COFFEE-1KG", 2))


def _with_placement(**changes: Any) -> Schedule:
    schedule = _schedule()
    return replace(schedule, placements=(replace(schedule.placements[0], **changes),))


def _plain() -> Iterator[Scenario]:
    cancel = ScheduledEvent(SignalKind.CANCEL_ORDER, 0, 5_000, Stage.AWAITING_APPROVAL, "c0")
    add = ScheduledEvent(SignalKind.ADD_LINE_ITEM, 0, 100, Stage.AWAITING_APPROVAL, "i0", "MUG-RED")
    yield Scenario("approved", _schedule())
    yield Scenario("approved, v1", _with_placement(version="v1"))
    yield Scenario("cancelled", _schedule(events=(cancel,)))
    yield Scenario("item added, then approved", _schedule(events=(add, APPROVE)))
    yield Scenario("expired after ticks", _schedule(events=()))
    yield Scenario("declined", _with_placement(payment_method="pm_declined"))
    pending = _with_placement(payment_method="pm_processing")
    too_late = replace(cancel, after_ms=3_000, stage=Stage.PAYMENT)
    yield Scenario("payment pending", pending)
    yield Scenario("cancelled, pending", replace(pending, events=(APPROVE, too_late)))
    yield Scenario("out of stock", _with_placement(items=(("RARE-1", 2),)))
    for version in ("v1", "v2"):
        for action in (Action.TAKEOVER, Action.STOP):
            happens = ScheduledEvent(action, 0, 1_000, Stage.AWAITING_APPROVAL)
            schedule = replace(_with_placement(version=version), events=(happens,))
            yield Scenario(f"{action}, {version}", schedule)
    completed = (PlannedFault(Fault.CRASH_AFTER, 1, "UpdateOrderStatus", "store.commit"),)
    takeover = ScheduledEvent(Action.TAKEOVER, 0, 0, Stage.STATUS_UPDATE)
    late = _schedule(events=(APPROVE, takeover), planned_faults=completed)
    yield Scenario("taken over at the end", late)
    unanswered = _schedule(planned_faults=completed)
    yield Scenario(
        "completed, unanswered", unanswered, "UpdateOrderStatus", "Lambda.Unknown", 4, after=1
    )
    unsent = planned_faults("SendCancellationEmail", "poison", "once")
    yield Scenario("cancelled, mail fails", _schedule(events=(cancel,), planned_faults=unsent))


def _interruptions() -> Iterator[Scenario]:
    """Executions that are lost, pause, or end so that a new one continues."""
    add = ScheduledEvent(SignalKind.ADD_LINE_ITEM, 0, 100, Stage.AWAITING_APPROVAL, "i0", "MUG-RED")
    for stage in (Stage.START, Stage.AWAITING_APPROVAL, Stage.PAYMENT, Stage.STATUS_UPDATE):
        lost = ScheduledEvent(Action.TIME_OUT, 0, 0, stage)
        yield Scenario(f"{Action.TIME_OUT}, {stage}", _schedule(events=(APPROVE, lost)))
    yield Scenario("provider unavailable", _with_placement(payment_method="pm_unavailable"))
    yield Scenario("many wake-ups", _schedule(), loops=MAX_LOOPS)
    again = Scenario("a wait fails", _schedule(), "AwaitSignal", "SomethingNew", 3)
    yield again
    adds = (replace(add, after_ms=1_000 * i, signal_id=f"i{i}") for i in range(3))
    later = _schedule(events=(*adds, APPROVE))
    yield replace(again, name="a later wait fails", schedule=later, times=1, after=3)
    unapproved = _schedule(events=())
    yield Scenario("no record of the order", _schedule(), "ReserveStock", "OrderNotFound", 1)
    yield Scenario("a tick fails for hours", unapproved, "ApplySignals", "SomethingNew", ROUNDS)


def _faults() -> Iterator[Scenario]:
    """Every activity has a poison, a crash and a zombie, once and until it gives up."""
    for activity in (*FORWARD, *BACKWARD):
        for fault in FAULTS:
            for times in ("once", "exhausted"):
                schedule = _schedule(planned_faults=planned_faults(activity, fault, times))
                if activity in BACKWARD:
                    schedule = cancelled_late(schedule)
                yield Scenario(f"{activity}, {fault} {times}", schedule)
    for activity in FORWARD[:3]:
        faults = planned_faults(activity, "zombie", "once")
        yield Scenario(
            f"{activity}, v1, zombie", replace(_with_placement(version="v1"), planned_faults=faults)
        )


def _errors_of_a_branch() -> Iterator[Scenario]:
    """The errors that the Parallel state catches, raised by one of its branches."""
    for error in _named_in_catches(load()["States"]["EnrichOrder"]):
        yield Scenario(
            f"EnrichOrder, {error} caught", _schedule(), "FetchCustomerProfile", error, 1
        )


def _service_errors() -> Iterator[Scenario]:
    """Every error that a Retry names, at every state: once, which must not change the result, and
    once more than the retries allow, which must be caught.
    """
    for name, task in tasks(load()).items():
        function = placeholder(task)
        version = "v1" if name.endswith("V1") else "v2"
        schedule = _with_placement(version=version)
        if name in BACKWARD:
            schedule = cancelled_late(schedule)
        for rule in task.get("Retry", ()):
            for error in rule["ErrorEquals"]:
                yield Scenario(f"{name}, {error} once", schedule, function, error, 1)
            many, error = rule["MaxAttempts"] + 1, rule["ErrorEquals"][-1]
            yield Scenario(f"{name}, {error} {many} times", schedule, function, error, many)
        for error in _named_in_catches(task):
            yield Scenario(f"{name}, {error} caught", schedule, function, error, 1)
        yield Scenario(f"{name}, unknown error", schedule, function, "SomethingNew", 1)
        for error in ("States.Timeout", "States.HeartbeatTimeout"):
            yield Scenario(f"{name}, {error}", schedule, function, error, 1)
        many = ATTEMPTS.get(name, 5)
        yield Scenario(f"{name}, PaymentDeclined", schedule, function, "PaymentDeclined", many)
