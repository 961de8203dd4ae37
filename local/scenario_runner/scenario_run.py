"""The state of one running scenario: its orders by name, and their observations."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.checks.records import ENDS, ObservedOrder
from local.scenario_runner.backend import Backend
from local.scenario_runner.users import Users

POLL_SECONDS = 0.1
WITHIN_SECONDS = 40.0


class ScenarioFailed(Exception):
    """A step did not have the expected result."""


@dataclass(slots=True)
class ScenarioRun:
    """One running scenario; `orders` maps the names in the scenario to observations."""

    users: Users
    backend: Backend
    orders: dict[str, ObservedOrder] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when the run is interrupted."""

    def id_of(self, order: str) -> str:
        """The id of an order of this scenario."""
        return self.orders[order].order_id

    def status(self, order: str) -> dict[str, Any]:
        """Read the order; stores its approval deadline in the observations."""
        found = self.users.status(self.id_of(order))
        if found["approval_deadline"] is not None:
            deadline = datetime.fromisoformat(found["approval_deadline"])
            self.orders[order].deadlines.add(round(deadline.timestamp() * 1000))
        return found

    def wait_for_stage(self, order: str, stage: str, within: float = WITHIN_SECONDS) -> None:
        """Wait for a stage. Raises StoryFailed, immediately if the order ended in another."""

        def reached() -> bool:
            now = self.status(order)
            if now["stage"] in ENDS and now["stage"] != stage:
                raise ScenarioFailed(
                    f"{order} is {now['stage']} ({now['last_error']}) instead of {stage}"
                )
            return bool(now["stage"] == stage)

        self.eventually(f"{order} to be {stage}", reached, within)

    def wait_for_end(self, order: str, within: float = WITHIN_SECONDS) -> None:
        """Wait until the order and its last execution have ended."""

        def over() -> bool:
            if self.status(order)["stage"] not in ENDS:
                return False
            epoch = self.backend.order_snapshot(self.id_of(order)).orders[0]["epoch"]
            return self.backend.execution(self.id_of(order), epoch)[0] != "RUNNING"

        self.eventually(f"{order} to end", over, within)

    def eventually(self, what: str, holds: Callable[[], bool], within: float) -> None:
        """Poll until the condition holds. Raises StoryFailed after `within` seconds."""
        until = time.monotonic() + within
        while not holds():
            if time.monotonic() > until:
                raise ScenarioFailed(f"timed out after {within:.0f} s: expected {what}")
            if self.stopped.wait(POLL_SECONDS):
                raise ScenarioFailed("the run was interrupted")
