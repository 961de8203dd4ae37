"""Scopes stop the threads of an execution, or of the branches of one Parallel state."""

import threading
from collections.abc import Callable
from contextvars import ContextVar


class Stopped(Exception):
    """The execution or branch of this thread was stopped."""


class Scope:
    """Stops all waits inside it. A stopped scope stays stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop this scope and the scopes inside it; end their waits."""
        with self._lock:
            self._stopped.set()
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def on_stop(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when the scope stops; immediately if it is stopped."""
        with self._lock:
            if not self.stopped:
                self._wakers.append(wake)
                return
        wake()

    def remove_on_stop(self, wake: Callable[[], None]) -> None:
        """Undo :meth:`on_stop`."""
        with self._lock:
            if wake in self._wakers:
                self._wakers.remove(wake)

    def check(self) -> None:
        """Raise :class:`Stopped` if the scope is stopped."""
        if self.stopped:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep, or raise :class:`Stopped` as soon as the scope stops."""
        if self._stopped.wait(max(seconds, 0)):
            raise Stopped


_current: ContextVar[Scope | None] = ContextVar("emulator_scope", default=None)
_running: dict[str, Scope] = {}


def open_for(execution_arn: str) -> Scope:
    """The scope of an execution, created on first use."""
    return _running.setdefault(execution_arn, Scope())


def close(execution_arn: str) -> None:
    """End all waits of an ended execution."""
    scope = _running.pop(execution_arn, None)
    if scope:
        scope.stop()


def close_all() -> None:
    """Stop every execution, because the emulator is reset."""
    for arn in list(_running):
        close(arn)


def enter(scope: Scope) -> None:
    """Set the scope of this thread."""
    _current.set(scope)


def current() -> Scope:
    """The scope of this thread; outside an execution, one that never stops."""
    return _current.get() or Scope()


def scaled_sleep(seconds: float) -> None:
    """Sleep for a Wait or Retry, scaled by ``SFN_WAIT_SCALE``. A stop ends it early."""
    from local.emulator.step_functions.engine import engine

    current().sleep(seconds * engine._SFN_WAIT_SCALE)
