"""The wait of a task for its token."""

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import scope
from local.emulator.step_functions.engine import StepError
from local.emulator.step_functions.states import error_names
from local.emulator.step_functions.tasks.limits import Limits
from local.emulator.step_functions.tasks.tokens import Waiting, retire


class Callback:
    """One attempt of a ``.waitForTaskToken`` task.

    AWS, Discover service integration patterns (Wait for a callback with task token): the call is
    made, then the task waits for SendTaskSuccess or SendTaskFailure. If the call itself fails, so
    does the task. Task workflow state: TimeoutSeconds counts from the start of the attempt,
    HeartbeatSeconds from the start or the last heartbeat.
    """

    def __init__(self, token: str, waiting: Waiting, limits: Limits) -> None:
        self._token = token
        self._waiting = waiting
        self._limits = limits
        self._started = waiting.last_heartbeat = time.monotonic()
        self._notified = threading.Event()
        self._response: Any = None
        self._failure: Exception | None = None

    def run(self, notify: Callable[[], Any], submitted: Callable[[Any], None]) -> Any:
        """Make the call, wait, and return the output of SendTaskSuccess. Raises the task's failure.

        ``submitted`` is called with the response of the call.
        """
        current = scope.current()
        current.on_stop(self._stop)
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._notify, notify), daemon=True).start()
        try:
            self._wait(current, submitted)
        finally:
            current.remove_on_stop(self._stop)
            result = retire(self._token)
        return _outcome(result, self._failure)

    def _stop(self) -> None:
        """Invalidate the token before StopExecution answers, and end the wait."""
        retire(self._token)
        self._waiting.changed.set()

    def _notify(self, notify: Callable[[], Any]) -> None:
        try:
            self._response = notify()
        except Exception as failure:  # noqa: BLE001 - every error fails the task
            if is_on("notify-failure"):
                self._failure = failure
        finally:
            self._notified.set()
            self._waiting.changed.set()

    def _wait(self, current: scope.Scope, submitted: Callable[[Any], None]) -> None:
        is_submitted = False
        while True:
            current.check()
            if self._notified.is_set() and not self._failure and not is_submitted:
                is_submitted = True
                submitted(self._response)
            if self._failure or (is_submitted and self._waiting.result):
                return None
            left = self._seconds_left()
            if left is not None and left <= 0:
                return self._expire()
            self._waiting.changed.wait(left)
            self._waiting.changed.clear()

    def _seconds_left(self) -> float | None:
        timeout, heartbeat = self._deadlines()
        ends = [end for end in (timeout, heartbeat) if end is not None]
        return min(ends) - time.monotonic() if ends else None

    def _deadlines(self) -> tuple[float | None, float | None]:
        timeout, heartbeat = self._limits.timeout, self._limits.heartbeat
        return (
            None if timeout is None else self._started + timeout,
            None if heartbeat is None else self._waiting.last_heartbeat + heartbeat,
        )

    def _expire(self) -> None:
        """Set the failure of a timeout. A result that arrived earlier takes precedence."""
        timeout, heartbeat = self._deadlines()
        missed = heartbeat is not None and (timeout is None or heartbeat < timeout)
        name = error_names.HEARTBEAT_TIMEOUT if missed else error_names.TIMEOUT
        self._failure = StepError(name, "")


def _outcome(result: dict[str, Any] | None, failure: Exception | None) -> Any:
    if result is None:
        raise failure or scope.Stopped()
    if "result" in result:
        return result["result"]
    raise StepError(result["error"], result["cause"])
