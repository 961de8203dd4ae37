"""Rules that the definition must keep, each a function from a definition to its violations.

They are functions, not tests, so that a test can show that each of them notices a broken
definition.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.definition import (
    TOKEN_WAIT,
    Definition,
    State,
    placeholder,
    reachable,
    scopes,
    states,
    successors,
    tasks,
    token_waits,
)

COMPENSATION = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
EFFECTS = {"ReserveStock": "ReleaseStock", "ProcessPayment": "RefundPayment"}
"""Effects in the order of their happening -> what undoes them."""

AFTER_THE_END = ("SendOrderConfirmation",)
"""Tasks behind the point of no return: best effort."""

_NOT_PORTABLE = ("QueryLanguage", "Assign", "Arguments", "Output", "ErrorPath", "CausePath")
_PATHS_NOT_PORTABLE = re.compile(r"\]\.|\?\(|\.\.|\[-|\[[^\]]*:")


def tasks_without_timeout(definition: Definition) -> list[str]:
    return [
        name
        for name, task in tasks(definition).items()
        if "TimeoutSeconds" not in task and "TimeoutSecondsPath" not in task
    ]


def waits_without_both_bounds(definition: Definition) -> list[str]:
    """A token wait needs a tick and an end."""
    return [
        name
        for name, task in token_waits(definition).items()
        if not {"HeartbeatSeconds", "HeartbeatSecondsPath"} & set(task)
        or not {"TimeoutSeconds", "TimeoutSecondsPath"} & set(task)
    ]


def retried_waits(definition: Definition) -> list[str]:
    return [name for name, task in token_waits(definition).items() if "Retry" in task]


def uncaught_tasks(definition: Definition) -> list[str]:
    """Tasks (or the Parallel around them) that do not end with a catch of States.ALL alone."""
    return [
        name
        for scope, around in scopes(definition)
        for name, state in scope["States"].items()
        if state["Type"] in ("Task", "Parallel")
        and not _catches_all(state)
        and not (around and _catches_all(around))
    ]


def failures_not_compensated(definition: Definition) -> list[str]:
    """Tasks whose caught failure neither is optional nor leads to the compensation."""
    return [
        name
        for name, state in definition["States"].items()
        if state["Type"] in ("Task", "Parallel") and name not in (*AFTER_THE_END, *COMPENSATION)
        for catcher in state.get("Catch", ())
        if COMPENSATION[0] not in reachable(definition, catcher["Next"])
    ]


def careless_retries(definition: Definition) -> list[str]:
    """Retriers without full jitter, a longest delay or a number of attempts."""
    return [
        name
        for name, retrier in retriers(definition)
        if retrier.get("JitterStrategy") != "FULL"
        or "MaxDelaySeconds" not in retrier
        or not 1 <= retrier.get("MaxAttempts", 0) <= 10
        or retrier.get("BackoffRate", 1) <= 1
    ]


def retriers(definition: Definition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(state, retrier) pairs."""
    for name, state in states(definition).items():
        for retrier in state.get("Retry", ()):
            yield name, retrier


def unreachable_states(definition: Definition) -> list[str]:
    return [
        name
        for scope, _ in scopes(definition)
        for name in scope["States"]
        if name not in reachable(scope, scope["StartAt"])
    ]


def dangling_edges(definition: Definition) -> list[str]:
    return [
        f"{name} -> {target}"
        for scope, _ in scopes(definition)
        for name, state in scope["States"].items()
        for target in successors(state)
        if target not in scope["States"]
    ]


def endless_states(definition: Definition) -> list[str]:
    """States from which no end can be reached."""
    return [
        name
        for scope, _ in scopes(definition)
        for name in scope["States"]
        if not any(_is_end(scope["States"][end]) for end in reachable(scope, name))
    ]


def compensation_out_of_order(definition: Definition) -> list[str]:
    """Forward tasks whose failure does not lead through every compensation, last effect first."""
    wanted = [EFFECTS[effect] for effect in reversed(EFFECTS)]
    return [
        f"{name}: {' > '.join(path)}"
        for name, state in definition["States"].items()
        for catcher in state.get("Catch", ())
        if catcher["Next"] == COMPENSATION[0]
        for path in _paths(definition, catcher["Next"])
        if [step for step in path if step in wanted] != wanted or COMPENSATION[-1] not in path
    ]


def not_portable(definition: Definition) -> list[str]:
    """Features on which the engines that must run this definition disagree."""
    found = [key for key in _keys(definition) if key in _NOT_PORTABLE]
    found += [text for text in _texts(definition) if _PATHS_NOT_PORTABLE.search(text)]
    for name, state in states(definition).items():
        found += [f"{name}: {problem}" for problem in _state_problems(state)]
    return found


def _state_problems(state: State) -> Iterator[str]:
    text = json.dumps(state.get("Choices", ()))
    if state["Type"] == "Choice" and "Default" not in state:
        yield "no Default"
    if re.search(r'"(String|Timestamp)\w*Path"', text) or "$$." in text:
        yield "a comparison that engines get wrong"
    if "$$." in json.dumps(state.get("ResultSelector", {})):
        yield "context in ResultSelector"
    if state["Type"] == "Fail" and not str(state.get("Error", "States.")).isalnum():
        yield "Fail without a plain name"
    if state["Type"] == "Task" and not _plain_invoke(state):
        yield f"resource {state['Resource']}"
    for catcher in state.get("Catch", ())[:-1]:
        timeouts = {"States.HeartbeatTimeout", "States.Timeout"} & set(catcher["ErrorEquals"])
        if len(timeouts) == 1 or "States.ALL" in catcher["ErrorEquals"]:
            yield "timeouts apart, or States.ALL not last"


def _plain_invoke(state: State) -> bool:
    return state["Resource"] in (TOKEN_WAIT, "arn:aws:states:::lambda:invoke") and (
        re.fullmatch(r"[A-Z][A-Za-z]+", placeholder(state)) is not None
    )


def _catches_all(state: State) -> bool:
    catchers = state.get("Catch", ())
    return bool(catchers) and catchers[-1]["ErrorEquals"] == ["States.ALL"]


def _is_end(state: State) -> bool:
    return bool(state.get("End")) or state["Type"] in ("Succeed", "Fail")


def _paths(definition: Definition, start: str) -> Iterator[list[str]]:
    """Every way from `start` to an end, by success and by caught failure."""
    ways = sorted(set(successors(definition["States"][start])))
    if not ways:
        yield [start]
    for way in ways:
        for rest in _paths(definition, way):
            yield [start, *rest]


def _keys(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, list):
        for item in node:
            yield from _keys(item)


def _texts(node: object) -> Iterator[str]:
    """Strings that are paths."""
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, str) and node.startswith("$") and not node.startswith("${"):
        yield node
