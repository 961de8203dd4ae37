"""The stored state of a local environment."""

from typing import Any

from local.host.state import State


def a_state(**values: Any) -> State:
    """The state of an environment that is ready."""
    defaults = {
        "phase": "ready",
        "emulator_pid": 1,
        "emulator_started": "then",
        "emulator_url": "http://127.0.0.1:1",
        "approval_timeout_seconds": 900,
        "heartbeat_seconds": 900,
    }
    return State(**{**defaults, **values})
