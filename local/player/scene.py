"""One story being played: its orders by name, and what was seen of them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.checks.books import ENDS, Witness
from local.player.backstage import Backstage
from local.player.user import Users

POLL_SECONDS = 0.1
WITHIN_SECONDS = 40.0


class StoryFailed(Exception):
    """A step did not go as the story tells."""


@dataclass(slots=True)
class Scene:
    """`orders` maps the story's own names to witnesses."""

    users: Users
    backstage: Backstage
    orders: dict[str, Witness] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when the performance is broken off."""

    def id_of(self, order: str) -> str:
        """The id of an order of this story."""
        return self.orders[order].order_id

    def status(self, order: str) -> dict[str, Any]:
        """get-status; remembers the deadline that it tells."""
        found = self.users.status(self.id_of(order))
        if found["approval_deadline"] is not None:
            deadline = datetime.fromisoformat(found["approval_deadline"])
            self.orders[order].deadlines.add(round(deadline.timestamp() * 1000))
        return found

    def wait_for_stage(self, order: str, stage: str, within: float = WITHIN_SECONDS) -> None:
        """Wait for a stage. Raises StoryFailed, at once when the order has ended elsewhere."""

        def reached() -> bool:
            now = self.status(order)
            if now["stage"] in ENDS and now["stage"] != stage:
                raise StoryFailed(
                    f"{order} ended {now['stage']} ({now['last_error']}) instead of {stage}"
                )
            return bool(now["stage"] == stage)

        self.eventually(f"{order} to be {stage}", reached, within)

    def wait_for_end(self, order: str, within: float = WITHIN_SECONDS) -> None:
        """Wait until the order and its last execution have ended."""

        def over() -> bool:
            if self.status(order)["stage"] not in ENDS:
                return False
            epoch = self.backstage.books_of(self.id_of(order)).orders[0]["epoch"]
            return self.backstage.execution(self.id_of(order), epoch)[0] != "RUNNING"

        self.eventually(f"{order} to end", over, within)

    def eventually(self, what: str, holds: Callable[[], bool], within: float) -> None:
        """Look again and again until it holds. Raises StoryFailed when the time is up."""
        until = time.monotonic() + within
        while not holds():
            if time.monotonic() > until:
                raise StoryFailed(f"waited {within:.0f} s in vain for {what}")
            if self.stopped.wait(POLL_SECONDS):
                raise StoryFailed("the performance was broken off")
