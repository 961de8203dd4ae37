"""The execution history: order, links and finality of its events."""

import threading
from contextvars import ContextVar
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import Execution, engine

lock = threading.RLock()
"""Guards the history and the status of every execution."""

_previous: ContextVar[int] = ContextVar("emulator_previous_event", default=0)


def add_event(
    execution: Execution, event_type: str, details: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Append an event, linked to the one before it in the same branch.

    AWS: ``previousEventId`` (API Reference, HistoryEvent). The history of an ended execution does
    not change (API Reference, StopExecution; GetExecutionHistory).
    """
    with lock:
        event = {
            "id": len(execution["events"]) + 1,
            "type": event_type,
            "timestamp": engine.now_iso(),
            **(details or {}),
        }
        if is_on("task-history"):
            event["previousEventId"] = _previous.get()
        if execution["status"] == "RUNNING" or not is_on("stop-final"):
            execution["events"].append(event)
            _previous.set(event["id"])
    return event


def continue_after(event_id: int) -> None:
    """Link this thread's next event to the event ``event_id``."""
    _previous.set(event_id)


def add_state_entered(execution: Execution, kind: str, name: str, data: Any) -> None:
    """Add the event at the start of a state."""
    add_event(execution, f"{kind}StateEntered", _details("stateEntered", name, input=data))


def add_state_exited(execution: Execution, kind: str, name: str, data: Any) -> None:
    """Add the event at the end of a state; a Catch ends it too."""
    add_event(execution, f"{kind}StateExited", _details("stateExited", name, output=data))


def _details(prefix: str, name: str, **payload: Any) -> dict[str, Any]:
    details: dict[str, Any] = {"name": name}
    for key, value in payload.items():
        details[key] = engine.json.dumps(value)
        details[f"{key}Details"] = {"truncated": False}
    return {f"{prefix}EventDetails": details}
