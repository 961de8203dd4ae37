"""The time limits of one attempt of a task."""

from dataclasses import dataclass
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import StepError
from local.emulator.step_functions.states import json_paths


@dataclass(frozen=True)
class Limits:
    """Seconds until the attempt and its next heartbeat are overdue; None: no limit."""

    timeout: float | None
    heartbeat: float | None

    def for_history(self) -> dict[str, float]:
        """The limits in the form of the event TaskScheduled."""
        limits = {"timeoutInSeconds": self.timeout, "heartbeatInSeconds": self.heartbeat}
        return {name: value for name, value in limits.items() if value is not None}


def read_limits(state_def: dict[str, Any], data: Any, ctx: dict[str, Any]) -> Limits:
    """Read TimeoutSeconds[Path] and HeartbeatSeconds[Path] for the state's (effective) input.

    AWS, Task workflow state: a path must select a positive integer, or the state fails.
    """
    timeout = _seconds(state_def, "TimeoutSeconds", data, ctx)
    heartbeat = _seconds(state_def, "HeartbeatSeconds", data, ctx)
    return Limits(timeout=timeout, heartbeat=heartbeat if is_on("heartbeats") else None)


def _seconds(state_def: dict[str, Any], field: str, data: Any, ctx: dict[str, Any]) -> float | None:
    path = state_def.get(f"{field}Path")
    if path is None or not is_on("heartbeats"):
        fixed: float | None = state_def.get(field)
        return fixed
    value = json_paths.lookup(path, data, ctx, field=f"{field}Path")
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise StepError(
            "States.Runtime", f"{field}Path '{path}' must select a positive integer, not {value!r}"
        )
    return float(value)
