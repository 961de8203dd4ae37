"""An execution of the definition: a generator that yields a command for everything that takes time.

It yields an Invoke, Sleep or Fork; the driver sends the answer, or throws a StateFailed.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.simulation.step_functions.definition import Unsupported
from tests.simulation.step_functions.journal import Journal
from tests.simulation.step_functions.paths import exists, fill_template, find, put
from tests.support.definition import TOKEN_WAIT, State


class StateFailed(Exception):
    """A state failed: `error` is the name that Retry and Catch know."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Invoke:
    """Call a function; with a token, wait for that to come back instead of for the answer."""

    function: str
    payload: Mapping[str, Any]
    timeout_seconds: int
    token: str | None = None
    heartbeat_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Walk several branches at once; the answer is the list of their outputs."""

    branches: tuple["Walk", ...]


Walk = Generator[Invoke | Sleep | Fork, Any, Any]


@dataclass(frozen=True, slots=True)
class EngineServices:
    """What an execution gets from its engine: new tokens, jitter (0..1), and its journal."""

    new_token: Callable[[], str]
    jitter: Callable[[], float]
    journal: Journal


def walk(machine: Mapping[str, Any], data: Any, services: EngineServices) -> Walk:
    """Walk states from StartAt to an end; returns the output. Raises StateFailed, StatesRuntime."""
    name: str | None = machine["StartAt"]
    while name is not None:
        state = machine["States"][name]
        services.journal.entered(name)
        if state["Type"] == "Fail":
            raise StateFailed(state["Error"], state["Cause"])
        here, following = name, None
        if state["Type"] == "Choice":
            following = _choose(state, data)
        elif state["Type"] != "Succeed":
            data, following = yield from _run_state(here, state, data, services)
        services.journal.left(here, data)
        name = following
    return data


def _run_state(
    name: str, state: State, data: Any, services: EngineServices
) -> Generator[Any, Any, Any]:
    """(output, next state) of a state, after its Retry and Catch."""
    tried: dict[int, int] = {}
    result: Any = None
    done = False
    while not done:
        try:
            result = yield from _perform(state, data, services, sum(tried.values()))
            done = True
        except StateFailed as failure:
            services.journal.failed(name, failure.error)
            wait = _retry_delay(state, failure.error, tried, services)
            if wait is None:
                return _catch(state, data, failure)
            yield Sleep(wait)
    if "ResultSelector" in state:
        result = fill_template(state["ResultSelector"], result)
    output = put(state.get("ResultPath", "$"), data, result)
    return find(state.get("OutputPath", "$"), output), state.get("Next")


def _perform(
    state: State, data: Any, services: EngineServices, retries: int
) -> Generator[Any, Any, Any]:
    kind = state["Type"]
    if kind == "Pass":
        if "Result" in state:
            return state["Result"]
        return fill_template(state["Parameters"], data) if "Parameters" in state else data
    if kind == "Wait":
        return (yield Sleep(find(state["SecondsPath"], data) * 1000)) or data
    if kind == "Parallel":
        return (yield Fork(tuple(walk(branch, data, services) for branch in state["Branches"])))
    waits = state["Resource"] == TOKEN_WAIT
    token = services.new_token() if waits else None
    context = {"$$.Task.Token": token or "", "$$.State.RetryCount": retries}
    arguments = fill_template(state["Parameters"], data, context)
    function = arguments["FunctionName"][2:-1]
    if not waits:
        return (yield Invoke(function, arguments["Payload"], state["TimeoutSeconds"]))
    timeout = find(state["TimeoutSecondsPath"], data)
    heartbeat = find(state["HeartbeatSecondsPath"], data)
    if not 0 < heartbeat < timeout:
        raise Unsupported(f"HeartbeatSeconds {heartbeat} of TimeoutSeconds {timeout}")
    return (yield Invoke(function, arguments["Payload"], timeout, token, heartbeat))


def _retry_delay(
    state: State, error: str, tried: dict[int, int], services: EngineServices
) -> int | None:
    """Milliseconds until the next attempt, or None when there is none."""
    for index, retry in enumerate(state.get("Retry", ())):
        if not _matches(retry["ErrorEquals"], error):
            continue
        before = tried.get(index, 0)
        if before >= retry["MaxAttempts"]:
            return None
        tried[index] = before + 1
        delay = retry["IntervalSeconds"] * retry["BackoffRate"] ** before
        if retry["JitterStrategy"] != "FULL":
            raise Unsupported(f"JitterStrategy {retry['JitterStrategy']}")
        return int(min(delay, retry["MaxDelaySeconds"]) * 1000 * services.jitter())
    return None


def _catch(state: State, data: Any, failure: StateFailed) -> tuple[Any, str]:
    for catch in state.get("Catch", ()):
        if _matches(catch["ErrorEquals"], failure.error):
            caught = {"Error": failure.error, "Cause": failure.cause}
            return put(catch.get("ResultPath", "$"), data, caught), catch["Next"]
    raise failure


def _matches(names: list[str], error: str) -> bool:
    return error in names or "States.ALL" in names


def _choose(state: State, data: Any) -> str:
    for rule in state["Choices"]:
        if _holds(rule, data):
            return str(rule["Next"])
    return str(state["Default"])


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    operators = set(rule) - {"Variable", "Next"}
    if operators == {"And"}:
        return all(_holds(part, data) for part in rule["And"])
    if operators == {"IsPresent"}:
        return exists(rule["Variable"], data) is rule["IsPresent"]
    if operators == {"StringEquals"}:
        return bool(find(rule["Variable"], data) == rule["StringEquals"])
    if operators == {"NumericGreaterThan"}:
        return bool(find(rule["Variable"], data) > rule["NumericGreaterThan"])
    raise Unsupported(f"choice by {sorted(operators)}")
