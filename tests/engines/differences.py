"""What is not compared between the engines, and why: everything else must be equal.

Each rule rewrites a telling so that what may differ looks the same. There is no other place where
a difference is forgiven.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.engines.telling import Telling

_TICKS = ("States.HeartbeatTimeout", "States.Timeout")


def comparable(told: Telling, *, but: Collection[str] = ()) -> Telling:
    """A telling with everything rewritten that engines may tell in their own way; `but` names
    rules that are left out.
    """
    executions = told["executions"]
    for name, (_, rule) in RULES.items():
        if name not in but:
            executions = [rule(execution) for execution in executions]
    return {**told, "executions": executions}


def folded(told: Telling) -> Telling:
    """For the emulator, which lives in real time: how often an order waited is not compared,
    because a tick may come between any two steps. What the waits led to is.
    """
    executions = [{**one, "main": _folded(one["main"])} for one in told["executions"]]
    return {**told, "executions": _replaced(executions, "loops", "counted")}


def _names_of_ticks(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    return _errors(execution, lambda error: "tick" if error in _TICKS else error, "AwaitSignal")


def _names_of_the_service(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    return _errors(execution, lambda error: "Lambda" if error.startswith("Lambda.") else error)


def _status_of_a_stop(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stopped execution is one that has no way out of the state that it stands in."""
    stopped = execution["main"][-1]["state"] == "AwaitSignal"
    if not stopped:
        return execution
    main = [*execution["main"][:-1], {**execution["main"][-1], "errors": []}]
    return {**execution, "status": "ABORTED", "result": None, "main": main}


def _seconds(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    rewritten = _replaced(execution, "heartbeat_seconds", "seconds")
    seconds: Mapping[str, Any] = _replaced(rewritten, "timeout_seconds", "seconds")
    return seconds


def _causes(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = _rewritten(execution, "Cause", _cause)
    return plain


def _cause(cause: Any) -> Any:
    try:
        told = json.loads(cause)
    except (TypeError, ValueError):
        return cause
    return [told["errorType"], told["errorMessage"]]


Rule = Callable[[Mapping[str, Any]], Mapping[str, Any]]
RULES: Mapping[str, tuple[str, Rule]] = {
    "ticks": (
        "AWS and moto call a tick States.Timeout, others States.HeartbeatTimeout",
        _names_of_ticks,
    ),
    "services": (
        "a function that fails by itself is Lambda.Unknown, or has a finer name",
        _names_of_the_service,
    ),
    "stops": (
        "moto ends a stopped wait as FAILED (States.Runtime), AWS as ABORTED",
        _status_of_a_stop,
    ),
    "causes": (
        "the cause of a function's error is JSON; real runtimes add a stack trace",
        _causes,
    ),
    "seconds": (
        "the emulator lives in real time, and its orders wait for seconds instead of minutes",
        _seconds,
    ),
}
"""Why two engines may differ, and how the difference is rewritten."""
ON_EMULATOR_ONLY = frozenset({"seconds"})
"""Not forgiven between moto and the simulator: both live in virtual time and have the same
settings, so both must wait for the same number of seconds.
"""


def _errors(
    execution: Mapping[str, Any], rename: Callable[[str], str], state: str = ""
) -> Mapping[str, Any]:
    def visit(told: Mapping[str, Any]) -> Mapping[str, Any]:
        if state not in ("", told["state"]):
            return told
        return {**told, "errors": [rename(error) for error in told["errors"]]}

    lines = {line: [visit(one) for one in execution[line]] for line in ("main", "branches")}
    return {**execution, **lines}


def _folded(main: list[Any]) -> list[Any]:
    """Only the last of several rounds AwaitSignal, ApplySignals, RouteDecision, however woken."""
    kept: list[Any] = []
    for visit in main:
        waits = [one["state"] for one in kept[-3:]] == [
            "AwaitSignal",
            "ApplySignals",
            "RouteDecision",
        ]
        if waits and visit["state"] == "AwaitSignal":
            del kept[-3:]
        kept.append({**visit, "errors": []} if visit["state"] == "AwaitSignal" else visit)
    return [_woken(visit) for visit in kept]


def _woken(visit: Any) -> Any:
    """The output of a wait tells what the round before it decided."""
    return {**visit, "output": None} if visit["state"] == "AwaitSignal" else visit


def _replaced(told: Any, name: str, value: str) -> Any:
    return _rewritten(told, name, lambda _: value)


def _rewritten(told: Any, name: str, rewrite: Callable[[Any], Any]) -> Any:
    if isinstance(told, Mapping):
        return {
            key: rewrite(value) if key == name else _rewritten(value, name, rewrite)
            for key, value in told.items()
        }
    return [_rewritten(one, name, rewrite) for one in told] if isinstance(told, list) else told
