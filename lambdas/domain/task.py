"""The input of an activity. Fields are only added, never changed: executions of an older definition
call newer code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lambdas.domain.errors import ActivityDefect, OrderNotFound

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """IDs, counters and the findings of the enrichment. `failure` is the error of the last failed
    step, in one line. `backed_off`: the execution has just paused for `back_off_seconds`. `attempt`
    counts the runs of an activity since its state was entered, from 1. `traceparent` is the W3C
    trace context of the request that placed the order; without tracing it is empty.
    """

    order_id: str
    epoch: int
    attempt: int = 1
    traceparent: str = ""
    token: str | None = None
    loops: int = 0
    back_off_seconds: int = 0
    backed_off: bool = False
    failure: str = ""
    findings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def execution(self) -> str:
        """The name of the execution that runs the activity."""
        return f"{self.order_id}-{self.epoch}"

    @classmethod
    def parse(cls, event: object) -> "Task":
        """Parse an activity's input: `task` is the state of the execution, beside it are values of
        the context object. Executions of older definitions send the state alone.

        Raises OrderNotFound if it names no order, ActivityDefect if it is invalid otherwise.
        """
        if not isinstance(event, Mapping):
            raise ActivityDefect("the activity's input is not a JSON object")
        state = _object(event, "task", event)
        following = _object(state, "next", {})
        caught = state.get("failure")
        return cls(
            order_id=_key(state, "order_id", str),
            epoch=_key(state, "epoch", int),
            attempt=_value(event, "attempt", int, 0) + 1,
            traceparent=str(state.get("traceparent", "")),
            token=None if event.get("token") is None else _value(event, "token", str),
            loops=_value(following, "loops", int, 0),
            back_off_seconds=_value(following, "back_off_seconds", int, 0),
            backed_off=following.get("backed_off") is True,
            failure="" if caught is None else _failure(_object(state, "failure")),
            findings=_findings(_object(state, "findings", {})),
        )


def _key(state: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A value that identifies the order. Without it, no later attempt finds the order."""
    try:
        return _value(state, name, kind)
    except ActivityDefect as error:
        raise OrderNotFound(error.message) from None


def _value(values: Mapping[str, Any], name: str, kind: type[T], default: T | None = None) -> T:
    """A value of the input. Raises ActivityDefect if it is absent or of another type."""
    value = values.get(name, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ActivityDefect(f"the activity's input has no valid `{name}`")
    return value


def _object(
    values: Mapping[str, Any], name: str, default: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    value: Mapping[str, Any] = _value(values, name, Mapping, default)  # type: ignore[type-abstract]
    return value


def _findings(by_activity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The findings of all enrichment activities that succeeded, by name."""
    found = [_object(by_activity, activity) for activity in by_activity]
    return {name: value for one in found for name, value in one.items()}


def _failure(caught: Mapping[str, Any]) -> str:
    """`PaymentDeclined: insufficient funds` from the error that a Catch stored. The messages of our
    errors are safe to show; of other errors, only the name is used.
    """
    name = _value(caught, "Error", str, "")
    try:
        cause = json.loads(_value(caught, "Cause", str, ""))
    except ValueError:
        return name
    message = cause.get("errorMessage") if isinstance(cause, dict) else None
    return f"{name}: {message}" if isinstance(message, str) and _ours(name) else name


def _ours(name: str) -> bool:
    return "." not in name
