"""Step Functions in virtual time: drives walks of the definition, keeps tokens and names."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.order import Order
from tests.simulation.step_functions.branch import Branch
from tests.simulation.step_functions.event_queue import EventQueue
from tests.simulation.step_functions.interpreter import EngineServices, Invoke, StateFailed, walk
from tests.simulation.step_functions.journal import Journal

LOST = "LOST"
"""The status of an execution that the engine has lost; it publishes no event."""

Done = Callable[[Any, StateFailed | None], None]


class Functions(Protocol):
    """Lambda, as the engine sees it: the answer, or the error's name, comes later or never."""

    def __call__(self, function: str, payload: Mapping[str, Any], done: Done) -> None: ...


class Execution:
    """One run of `machine`, the definition that was live when it began."""

    def __init__(
        self, name: str, order_id: str, machine: Mapping[str, Any], branch: Branch
    ) -> None:
        self.name = name
        self.order_id = order_id
        self.machine = machine
        self.branch = branch
        self.status = "RUNNING"
        self.journal = Journal()
        self.output: Any = None
        self.failure: StateFailed | None = None
        self.began_at = 0
        self.ended_at: int | None = None

    @property
    def visited(self) -> list[str]:
        """The names of the states that it entered."""
        return self.journal.states


class Engine:
    """`stopped` is called for each execution that failed or was stopped, as EventBridge does."""

    def __init__(
        self,
        event_queue: EventQueue,
        machine: Mapping[str, Any],
        jitter: Callable[[], float],
        invoke: Functions,
        stopped: Callable[[Execution], None],
    ) -> None:
        self.event_queue = event_queue
        self.machine = machine
        self.jitter = jitter
        self.invoke = invoke
        self.stopped = stopped
        self.executions: dict[str, Execution] = {}
        self.running = 0
        self._waits: dict[str, Branch] = {}
        self._tokens = 0

    def start(self, order: Order) -> None:
        """Start the order's execution, once by name, as the adapter does. The name of one that the
        engine lost is free again.
        """
        name = order.execution
        if name in self.executions:
            if self.executions[name].status != LOST:
                return
            self.executions[f"{name}, lost at {self.event_queue.now}"] = self.executions.pop(name)
        data = {"order_id": order.order_id, "epoch": order.epoch, "version": order.version}
        if order.resume is not None:
            data["resume"] = order.resume
        execution = Execution(name, order.order_id, self.machine, Branch(self, name))
        self.executions[name] = execution
        execution.began_at = self.event_queue.now
        self.running += 1
        services = EngineServices(self._token, self.jitter, execution.journal)
        execution.branch.begin(
            walk(self._pinned_machine(execution), data, services),
            lambda output, failure: self._ended(execution, output, failure),
        )
        backstop = execution.machine["TimeoutSeconds"] * 1000
        self.event_queue.after(backstop, lambda: self.stop(execution.name, "TIMED_OUT"))

    def stop(self, name: str, status: str = "ABORTED") -> None:
        """StopExecution: no Catch runs, and a function in flight continues."""
        execution = self.executions.get(name)
        if execution is not None and execution.status == "RUNNING":
            execution.branch.stop()
            self._end(execution, status)

    def lose_all(self) -> None:
        """The engine loses everything that it was running."""
        for name in list(self.executions):
            self.stop(name, LOST)

    def ring(self, token: str) -> bool:
        """SendTaskSuccess; a token is good once."""
        branch = self._waits.pop(token, None)
        return branch is not None and branch.wake(token)

    def extend_wait(self, token: str) -> bool:
        """SendTaskHeartbeat."""
        branch = self._waits.get(token)
        return branch is not None and branch.extend(token)

    def status(self, name: str) -> ExecutionStatus:
        """As the adapter reads it: an execution that was lost never was."""
        execution = self.executions.get(name)
        if execution is None or execution.status == LOST:
            return ExecutionStatus.UNKNOWN
        return ExecutionStatus(execution.status.lower().replace("_", "-"))

    def waiting(self, token: str, branch: Branch) -> None:
        """A branch begins to wait with a token."""
        self._waits[token] = branch

    def expects(self, token: str | None) -> bool:
        """True while a token was handed out and not used."""
        return token in self._waits

    @property
    def all_wait(self) -> bool:
        """True when every running execution waits for its token."""
        running = (
            execution for execution in self.executions.values() if execution.status == "RUNNING"
        )
        return all(one.branch.is_waiting for one in running)

    def call(self, command: Invoke, done: Done) -> None:
        self.invoke(command.function, command.payload, done)

    def _pinned_machine(self, execution: Execution) -> Mapping[str, Any]:
        """The definition of an execution: the one it started with, also after a deployment."""
        return execution.machine

    def _token(self) -> str:
        self._tokens += 1
        return f"token-{self._tokens}"

    def _ended(self, execution: Execution, output: Any, failure: StateFailed | None) -> None:
        execution.output, execution.failure = output, failure
        self._end(execution, "FAILED" if failure else "SUCCEEDED")

    def _end(self, execution: Execution, status: str) -> None:
        execution.status = status
        execution.ended_at = self.event_queue.now
        self.running -= 1
        if status not in ("SUCCEEDED", LOST):
            self.stopped(execution)
