"""The definition for the interpreter. Fields that it does not support are rejected."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tests.support.definition import TOKEN_WAIT, State, load

INVOKE = "arn:aws:states:::lambda:invoke"

_EVERY = {"Type", "Comment", "Next", "End", "ResultPath", "OutputPath"}
_CAUGHT = _EVERY | {"Retry", "Catch", "ResultSelector"}
_FIELDS: Mapping[str, set[str]] = {
    "Task": _CAUGHT
    | {"Resource", "Parameters", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSecondsPath"},
    "Parallel": _CAUGHT | {"Branches"},
    "Choice": {"Type", "Comment", "Choices", "Default"},
    "Pass": _EVERY | {"Result", "Parameters"},
    "Wait": _EVERY | {"SecondsPath"},
    "Succeed": {"Type", "Comment"},
    "Fail": {"Type", "Comment", "Error", "Cause"},
}
_RETRY = {
    "ErrorEquals",
    "IntervalSeconds",
    "BackoffRate",
    "MaxAttempts",
    "MaxDelaySeconds",
    "JitterStrategy",
}


class Unsupported(Exception):
    """The definition uses something that this interpreter does not interpret."""


@lru_cache
def order_workflow() -> Mapping[str, Any]:
    """The definition that is deployed. Raises Unsupported."""
    machine: Mapping[str, Any] = load()
    _only(machine, {"Comment", "StartAt", "States", "TimeoutSeconds"}, "the machine")
    check(machine["States"])
    return machine


def check(states: Mapping[str, State]) -> None:
    """Refuse what the interpreter would otherwise pass over. Raises Unsupported."""
    for name, state in states.items():
        if state["Type"] not in _FIELDS:
            raise Unsupported(f"{name}: type {state['Type']}")
        _only(state, _FIELDS[state["Type"]], name)
        for retry in state.get("Retry", ()):
            _only(retry, _RETRY, f"Retry of {name}")
        for catch in state.get("Catch", ()):
            _only(catch, {"ErrorEquals", "ResultPath", "Next"}, f"Catch of {name}")
        if state.get("Resource", INVOKE) not in (INVOKE, TOKEN_WAIT):
            raise Unsupported(f"{name}: {state['Resource']}")
        for branch in state.get("Branches", ()):
            _only(branch, {"StartAt", "States"}, f"a branch of {name}")
            check(branch["States"])


def _only(found: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(found) - known):
        raise Unsupported(f"{where}: {', '.join(unknown)}")
