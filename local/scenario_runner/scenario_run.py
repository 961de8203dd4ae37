"""The state of one running scenario: its orders by name, and their observations."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.checks.records import ENDS, ObservedOrder
from local.host.waiting import Stalled, wait_until
from local.scenario_runner.backend import Backend
from local.scenario_runner.users import Users


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

    def wait_for_stage(self, order: str, stage: str) -> None:
        """Wait for a stage. Raises ScenarioFailed, at once if the order ended in another stage."""

        def reached() -> bool:
            now = self.status(order)
            if now["stage"] in ENDS and now["stage"] != stage:
                raise ScenarioFailed(
                    f"{order} is {now['stage']} ({now['last_error']}) instead of {stage}"
                )
            return bool(now["stage"] == stage)

        self.eventually(f"{order} to be {stage}", reached)

    def wait_for_end(self, order: str) -> None:
        """Wait until the order and its last execution have ended."""

        def over() -> bool:
            if self.status(order)["stage"] not in ENDS:
                return False
            epoch = self.backend.order_snapshot(self.id_of(order)).orders[0]["epoch"]
            return self.backend.execution(self.id_of(order), epoch)[0] != "RUNNING"

        self.eventually(f"{order} to end", over)

    def ends_expired(self, order: str) -> bool:
        """Whether the order expired: wait for its end if the deadline has passed."""
        now = time.time() * 1000
        self.status(order)
        if not any(deadline <= now for deadline in self.orders[order].deadlines):
            return False
        self.wait_for_end(order)
        return bool(self.status(order)["outcome"] == "expired")

    def eventually(self, what: str, holds: Callable[[], bool]) -> None:
        """Poll until the condition holds. Raises ScenarioFailed when the scenario's orders make no
        progress, or when the run is interrupted.
        """
        try:
            wait_until(holds, self._progress, pause=self._pause)
        except Stalled as stalled:
            raise ScenarioFailed(f"expected {what}: {stalled}") from stalled

    def _progress(self) -> str:
        """The progress of all orders of the scenario."""
        orders = self.orders.items()
        return "; ".join(f"{name} {self.backend.progress(one.order_id)}" for name, one in orders)

    def _pause(self, seconds: float) -> None:
        if self.stopped.wait(seconds):
            raise ScenarioFailed("the run was interrupted")
