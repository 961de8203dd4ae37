"""Rules for the definition, each a function from a definition to its violations.

They are functions, not tests, so that a test can show that each of them detects a broken
definition. Differences between engines are in `portability.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.definition import (
    Definition,
    State,
    reachable,
    scopes,
    states,
    successors,
    tasks,
    token_waits,
)

COMPENSATION = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
EFFECTS = {"ReserveStock": "ReleaseStock", "ProcessPayment": "RefundPayment"}
"""Effects in their order -> their compensations."""


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
    """Tasks whose caught failure neither is optional, nor leads to the compensation at once or
    after a pause, nor finds that the order belongs to another execution.
    """
    return [
        name
        for name, state in definition["States"].items()
        if state["Type"] in ("Task", "Parallel")
        and name not in (*_after_completion(definition), *COMPENSATION)
        for catcher in state.get("Catch", ())
        if catcher["ErrorEquals"] != ["StaleEpoch"]
        and COMPENSATION[0] not in reachable(definition, catcher["Next"])
    ]


def _after_completion(definition: Definition) -> set[str]:
    """States that a completed order enters: best effort, so their failures are not compensated."""
    return reachable(definition, definition["States"]["UpdateOrderStatus"]["Next"])


def unbounded_retries(definition: Definition) -> list[str]:
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


def _catches_all(state: State) -> bool:
    catchers = state.get("Catch", ())
    return bool(catchers) and catchers[-1]["ErrorEquals"] == ["States.ALL"]


def _is_end(state: State) -> bool:
    return bool(state.get("End")) or state["Type"] in ("Succeed", "Fail")


def _paths(definition: Definition, start: str) -> Iterator[list[str]]:
    """Every path from `start` to an end, or back to a wait, by success and by caught failure."""
    waits = start == "ApplySignals"
    ways = [] if waits else sorted(set(successors(definition["States"][start])))
    if not ways:
        yield [start]
    for way in ways:
        for rest in _paths(definition, way):
            yield [start, *rest]
