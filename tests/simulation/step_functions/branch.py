"""A sequence of states: the main branch of an execution, or one branch of its Parallel state."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.simulation.step_functions.event_queue import Entry
from tests.simulation.step_functions.interpreter import Fork, Invoke, Sleep, StateFailed, Walk

if TYPE_CHECKING:
    from tests.simulation.step_functions.engine import Engine


class Branch:
    """Drives one walk. An answer counts only while its command is the open one (`_command_id`)."""

    def __init__(self, engine: "Engine", name: str) -> None:
        self._engine = engine
        self.name = name
        self._walk: Walk | None = None
        self._on_end: Callable[[Any, StateFailed | None], None] = lambda output, failure: None
        self._command_id: object = None
        self._token: str | None = None
        self._heartbeat_seconds = 0
        self._timer: Entry | None = None
        self._tick: Entry | None = None
        self._branches: list[Branch] = []

    def begin(self, walk: Walk, on_end: Callable[[Any, StateFailed | None], None]) -> None:
        """Take the first step when the event queue reaches it."""
        self._walk, self._on_end = walk, on_end
        self._answer_later(1, None, None)

    def stop(self) -> None:
        """Stop. Calls in flight may still have their effect; their answers are ignored."""
        self._command_id = self._walk = None
        self._clear_timers()
        for branch in self._branches:
            branch.stop()

    def wake(self, token: str) -> bool:
        """The doorbell."""
        if self._walk is None or token != self._token:
            return False
        self._answer_later(5, {}, None)
        return True

    @property
    def is_waiting(self) -> bool:
        """True while nothing happens to it but the doorbell or a timer."""
        return self._walk is not None and self._engine.expects(self._token)

    def extend(self, token: str) -> bool:
        """SendTaskHeartbeat: reset the heartbeat timeout."""
        if self._walk is None or token != self._token:
            return False
        self._begin_tick()
        return True

    def _step(self, answer: Any, failure: StateFailed | None) -> None:
        walk = self._walk
        assert walk is not None
        self._clear_timers()
        self._command_id = object()
        try:
            command = walk.send(answer) if failure is None else walk.throw(failure)
        except StopIteration as end:
            self._walk = None
            self._on_end(end.value, None)
        except StateFailed as failed:
            self._walk = None
            self._on_end(None, failed)
        else:
            self._ask(command)

    def _ask(self, command: Invoke | Sleep | Fork) -> None:
        if isinstance(command, Sleep):
            self._answer_later(command.milliseconds, None, None)
        elif isinstance(command, Fork):
            self._fork(command)
        else:
            self._invoke(command)

    def _invoke(self, command: Invoke) -> None:
        self._token, command_id = command.token, self._command_id
        timeout = StateFailed("States.Timeout")
        self._timer = self._answer_later(command.timeout_seconds * 1000, None, timeout)
        if command.token is not None:
            self._heartbeat_seconds = command.heartbeat_seconds
            self._engine.waiting(command.token, self)
            self._begin_tick()

        def done(answer: Any, failure: StateFailed | None) -> None:
            if command_id is self._command_id and (failure is not None or command.token is None):
                self._step({"Payload": answer, "StatusCode": 200}, failure)

        self._engine.call(command, done)

    def _begin_tick(self) -> None:
        if self._tick is not None:
            self._tick.call_off()
        silence = StateFailed("States.HeartbeatTimeout")
        self._tick = self._answer_later(self._heartbeat_seconds * 1000, None, silence)

    def _fork(self, fork: Fork) -> None:
        outputs: list[Any] = [None] * len(fork.branches)
        left = len(fork.branches)

        def ended(index: int, output: Any, failure: StateFailed | None) -> None:
            nonlocal left
            outputs[index] = output
            left -= 1
            if failure is not None:
                for branch in self._branches:
                    branch.stop()
            if failure is not None or left == 0:
                self._branches = []
                self._step(outputs, failure)

        self._branches = [Branch(self._engine, self.name) for _ in fork.branches]
        for index, (branch, walk) in enumerate(zip(self._branches, fork.branches, strict=True)):
            branch.begin(walk, lambda output, failure, i=index: ended(i, output, failure))  # type: ignore[misc]

    def _answer_later(self, delay: int, answer: Any, failure: StateFailed | None) -> Entry:
        command_id = self._command_id

        def give() -> None:
            if command_id is self._command_id and self._walk is not None:
                self._step(answer, failure)

        return self._engine.event_queue.after(delay, give)

    def _clear_timers(self) -> None:
        self._token = None
        for entry in (self._timer, self._tick):
            if entry is not None:
                entry.call_off()
        self._timer = self._tick = None
