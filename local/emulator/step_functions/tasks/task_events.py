"""The events of one attempt of a Task state."""

import json
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import history
from local.emulator.step_functions.engine import Execution, engine

_PARTS_OF_ARN = 6


class TaskEvents:
    """Adds TaskScheduled … TaskSucceeded, TaskFailed or TaskTimedOut of one attempt.

    AWS: the page of GetExecutionHistory, and HistoryEvent's ``task…EventDetails``.
    """

    def __init__(self, execution: Execution, resource: str) -> None:
        self._execution = execution
        kind, name = _integration(resource)
        self._task = {"resourceType": kind, "resource": name}

    def scheduled(self, parameters: Any, limits: dict[str, float]) -> None:
        """``limits`` may contain ``timeoutInSeconds`` and ``heartbeatInSeconds``."""
        whole = {key: int(value) for key, value in limits.items()}
        region = engine.get_region()
        self._add("TaskScheduled", region=region, parameters=json.dumps(parameters), **whole)

    def started(self) -> None:
        if is_on("task-history"):
            self._add("TaskStarted")

    def submitted(self, output: Any) -> None:
        """The call of a ``.waitForTaskToken`` task was accepted."""
        if is_on("task-history"):
            self._add("TaskSubmitted", **_output(output))

    def succeeded(self, output: Any) -> None:
        self._add("TaskSucceeded", **_output(output))

    def failed(self, error: str, cause: str) -> None:
        self._add("TaskFailed", error=error, cause=cause)

    def timed_out(self, cause: str) -> None:
        """AWS names both kinds of expiry States.Timeout here (seen in recorded histories)."""
        name = "TaskTimedOut" if is_on("task-history") else "TaskFailed"
        self._add(name, error="States.Timeout", cause=cause)

    def _add(self, event_type: str, **details: Any) -> None:
        key = event_type[0].lower() + event_type[1:] + "EventDetails"
        history.add_event(self._execution, event_type, {key: {**self._task, **details}})


def _output(value: Any) -> dict[str, Any]:
    return {"output": json.dumps(value), "outputDetails": {"truncated": False}}


def _integration(resource: str) -> tuple[str, str]:
    """``arn:aws:states:::lambda:invoke.waitForTaskToken`` → lambda, invoke.waitForTaskToken."""
    if not resource.startswith("arn:aws:states:::"):
        service = resource.split(":")[2] if resource.count(":") >= _PARTS_OF_ARN else "states"
        return service, resource
    kind, _, name = resource.removeprefix("arn:aws:states:::").rpartition(":")
    return kind, name
