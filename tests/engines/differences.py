"""The allowed differences between engines, with reasons. Everything else must be equal.

Each rule replaces values that may differ by a common value. No other code allows a difference.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.engines.results import Result

_TICKS = ("States.HeartbeatTimeout", "States.Timeout")


def comparable(result: Result, *, but: Collection[str] = ()) -> Result:
    """Apply all rules to the result of a scenario, except those named in `but`."""
    executions = result["executions"]
    for name, (_, rule) in RULES.items():
        if name not in but:
            executions = [rule(execution) for execution in executions]
    return {**result, "executions": executions}


def folded(result: Result) -> Result:
    """Reduce consecutive waits to the last one. The emulator runs in real time, so a tick may come
    between any two steps; the number of waits is not compared, their result is.
    """
    executions = [
        {**execution, "main": _fold_waits(execution["main"])} for execution in result["executions"]
    ]
    return {**result, "executions": _replace(executions, "loops", "counted")}


def _names_of_ticks(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    return _errors(execution, lambda error: "tick" if error in _TICKS else error, "AwaitSignal")


def _names_of_the_service(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    return _errors(execution, lambda error: "Lambda" if error.startswith("Lambda.") else error)


def _status_of_a_stop(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    """Treat an execution that ends in AwaitSignal as stopped."""
    stopped = execution["main"][-1]["state"] == "AwaitSignal"
    if not stopped:
        return execution
    main = [*execution["main"][:-1], {**execution["main"][-1], "errors": []}]
    return {**execution, "status": "ABORTED", "result": None, "main": main}


def _seconds(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    rewritten = _replace(execution, "heartbeat_seconds", "seconds")
    seconds: Mapping[str, Any] = _replace(rewritten, "timeout_seconds", "seconds")
    return seconds


def _causes(execution: Mapping[str, Any]) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = _rewrite(execution, "Cause", _cause)
    return plain


def _cause(cause: Any) -> Any:
    try:
        error = json.loads(cause)
    except (TypeError, ValueError):
        return cause
    return [error["errorType"], error["errorMessage"]]


Rule = Callable[[Mapping[str, Any]], Mapping[str, Any]]
RULES: Mapping[str, tuple[str, Rule]] = {
    "ticks": (
        "AWS and moto name a tick States.Timeout, others States.HeartbeatTimeout",
        _names_of_ticks,
    ),
    "services": (
        "a crash of a function is Lambda.Unknown or a more specific error",
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
        "the emulator runs in real time: its orders wait for seconds instead of minutes",
        _seconds,
    ),
}
"""For each rule: why engines may differ, and the function that replaces the values."""
ON_EMULATOR_ONLY = frozenset({"seconds"})
"""Not applied between moto and the simulator: both have virtual time and the same settings, so
their waits must have the same number of seconds.
"""


def _errors(
    execution: Mapping[str, Any], rename: Callable[[str], str], state: str = ""
) -> Mapping[str, Any]:
    def rename_in(entry: Mapping[str, Any]) -> Mapping[str, Any]:
        if state not in ("", entry["state"]):
            return entry
        return {**entry, "errors": [rename(error) for error in entry["errors"]]}

    lines = {line: [rename_in(entry) for entry in execution[line]] for line in ("main", "branches")}
    return {**execution, **lines}


def _fold_waits(main: list[Any]) -> list[Any]:
    """Keep only the last of several rounds of AwaitSignal, ApplySignals and RouteDecision."""
    kept: list[Any] = []
    for entry in main:
        waits = [one["state"] for one in kept[-3:]] == [
            "AwaitSignal",
            "ApplySignals",
            "RouteDecision",
        ]
        if waits and entry["state"] == "AwaitSignal":
            del kept[-3:]
        kept.append({**entry, "errors": []} if entry["state"] == "AwaitSignal" else entry)
    return [_without_wait_output(entry) for entry in kept]


def _without_wait_output(entry: Any) -> Any:
    """Remove the output of a wait, which contains the decision of the previous round."""
    return {**entry, "output": None} if entry["state"] == "AwaitSignal" else entry


def _replace(data: Any, name: str, value: str) -> Any:
    return _rewrite(data, name, lambda _: value)


def _rewrite(data: Any, name: str, rewrite: Callable[[Any], Any]) -> Any:
    if isinstance(data, Mapping):
        return {
            key: rewrite(value) if key == name else _rewrite(value, name, rewrite)
            for key, value in data.items()
        }
    return [_rewrite(one, name, rewrite) for one in data] if isinstance(data, list) else data
