"""What can be stopped: an execution, and inside it each branch of a Parallel state."""

import threading
from collections.abc import Callable
from contextvars import ContextVar


class Stopped(Exception):
    """The execution, or the branch, that this thread works for has been stopped."""


class Scope:
    """Stops everything that waits inside it, once and for ever."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop this scope and the scopes inside it, waking all that wait."""
        with self._lock:
            self._stopped.set()
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def on_stop(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when the scope stops; at once if it already has."""
        with self._lock:
            if not self.stopped:
                self._wakers.append(wake)
                return
        wake()

    def forget(self, wake: Callable[[], None]) -> None:
        """Take back :meth:`on_stop`."""
        with self._lock:
            if wake in self._wakers:
                self._wakers.remove(wake)

    def check(self) -> None:
        """Raise :class:`Stopped` if it is."""
        if self.stopped:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep, or raise :class:`Stopped` as soon as the scope stops."""
        if self._stopped.wait(max(seconds, 0)):
            raise Stopped


_current: ContextVar[Scope | None] = ContextVar("emulator_scope", default=None)
_running: dict[str, Scope] = {}


def open_for(execution_arn: str) -> Scope:
    """The scope of a whole execution, made on first use."""
    return _running.setdefault(execution_arn, Scope())


def close(execution_arn: str) -> None:
    """Stop everything that still waits in an execution that has ended."""
    scope = _running.pop(execution_arn, None)
    if scope:
        scope.stop()


def close_all() -> None:
    """Stop every execution: the emulator forgets its state."""
    for arn in list(_running):
        close(arn)


def enter(scope: Scope) -> None:
    """Make ``scope`` the one that this thread works in."""
    _current.set(scope)


def current() -> Scope:
    """The scope of this thread; outside any execution, one that is never stopped."""
    return _current.get() or Scope()


def scaled_sleep(seconds: float) -> None:
    """Wait and Retry delays, scaled by ``SFN_WAIT_SCALE``, ended early by a stop."""
    from local.emulator.step_functions.engine import engine

    current().sleep(seconds * engine._SFN_WAIT_SCALE)
