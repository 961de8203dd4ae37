"""Actors: calls in flight that pause wherever they meet the outside world.

Ordinary code cannot be suspended, so each call in flight is a greenlet: a separate stack that
runs only when the event queue switches to it.
"""

from collections.abc import Callable

from greenlet import getcurrent, greenlet

from tests.simulation.step_functions.event_queue import EventQueue


class Crashed(BaseException):
    """The process of an actor dies here: no `except Exception` may survive it."""


class Actor:
    """A call in flight. `on_end` gets its exception, or None; `Crashed` if its process died."""

    def __init__(
        self,
        event_queue: EventQueue,
        name: str,
        body: Callable[["Actor"], None],
        on_end: Callable[[BaseException | None], None],
    ) -> None:
        self.name = name
        self._event_queue = event_queue
        self._body = body
        self.on_end = on_end
        self._stack = greenlet(self._work)
        self._killed = False
        self.ended = False
        self.raised: BaseException | None = None

    def run(self) -> None:
        """Run until the next pause or the end; called by the event queue only."""
        if self.ended:
            return
        # One that another actor began would otherwise return to that actor's stack when it pauses.
        self._stack.parent = getcurrent()
        self._stack.switch()
        if self._has_ended():
            self.on_end(self.raised)

    def pause(self, milliseconds: int) -> None:
        """Let time pass, and others act; called by the actor itself only."""
        if self._event_queue.pass_quietly(milliseconds):
            return
        self._event_queue.after(milliseconds, self.run)
        self.stand_still()

    def stand_still(self) -> None:
        """Pause until the next `run`; called by the actor itself only."""
        assert self._stack.parent is not None
        self._stack.parent.switch()
        if self._killed:
            raise Crashed

    def kill(self) -> None:
        """End it where it pauses; only for the end of a simulation."""
        self._killed = True
        self.on_end = lambda raised: None
        self.run()

    def _has_ended(self) -> bool:
        return self.ended

    def _work(self) -> None:
        """The whole call, on the actor's own stack."""
        try:
            self._body(self)
        except BaseException as error:  # noqa: BLE001  # handed to `on_end`
            self.raised = error
        self.ended = True
