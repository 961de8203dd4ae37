"""The input of an activity. Fields are only added, never changed: executions of an older definition
call newer code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.domain.errors import ActivityDefect


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
    def parse(cls, event: Mapping[str, Any]) -> "Task":
        """Parse an activity's input: `task` is the state of the execution, beside it are values of
        the context object. Executions of older definitions send the state alone.

        Raises ActivityDefect if it is invalid.
        """
        state = event.get("task", event)
        order_id, epoch = state.get("order_id"), state.get("epoch")
        if not isinstance(order_id, str):
            raise ActivityDefect("the activity's input has no valid `order_id`")
        if type(epoch) is not int:
            raise ActivityDefect("the activity's input has no valid `epoch`")
        following = state.get("next", {})
        return cls(
            order_id=order_id,
            epoch=epoch,
            attempt=event.get("attempt", 0) + 1,
            traceparent=str(state.get("traceparent", "")),
            token=event.get("token"),
            loops=following.get("loops", 0),
            back_off_seconds=following.get("back_off_seconds", 0),
            backed_off=following.get("backed_off", False),
            failure=_failure(state.get("failure")),
            findings=_findings(state.get("findings", {})),
        )


def _findings(by_activity: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The findings of all enrichment activities that succeeded, by name."""
    return {name: value for found in by_activity.values() for name, value in found.items()}


def _failure(caught: Mapping[str, str] | None) -> str:
    """`PaymentDeclined: insufficient funds` from the error that a Catch stored. The messages of our
    errors are safe to show; of other errors, only the name is used.
    """
    if caught is None:
        return ""
    name = caught.get("Error", "")
    try:
        cause = json.loads(caught.get("Cause", ""))
    except ValueError:
        return name
    message = cause.get("errorMessage") if isinstance(cause, dict) else None
    return f"{name}: {message}" if isinstance(message, str) and _ours(name) else name


def _ours(name: str) -> bool:
    return "." not in name
