"""The simulated world: fakes behind fault boundaries, actors, one event queue, one seed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

from lambdas.adapters.orders.reserved_orders import ReservedOrders
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import OrderError
from lambdas.domain.task import Task
from lambdas.services.janitor import Janitor
from lambdas.services.order_writer import OrderWriter
from lambdas.services.workflow import OrderWorkflow
from lambdas.settings import Settings
from tests.simulation.step_functions.definition import order_workflow
from tests.simulation.step_functions.engine import Done, Engine, Execution
from tests.simulation.step_functions.event_queue import START_MS, EventQueue
from tests.simulation.step_functions.interpreter import StateFailed
from tests.simulation.world import ports
from tests.simulation.world.activities import STEPS
from tests.simulation.world.actors import Actor, Crashed
from tests.simulation.world.fakes import OperationsQueue, Provider, WatchedStore, Written
from tests.simulation.world.fault_boundary import FaultBoundary
from tests.simulation.world.faults import LAMBDA, Fault, InjectedFault, Outage, Plan
from tests.simulation.world.sharded_orders import Memory, ShardedOrders, StockClient, shards_of
from tests.simulation.world.stock_table import StockTable
from tests.support.builders import a_customer
from tests.support.fakes.fake_directories import FakeCustomers, FakeInventory
from tests.support.fakes.fake_notifier import FakeNotifier
from tests.support.fakes.fake_reservations import FakeReservations
from tests.support.telemetry import discard_metrics
from tests.support.world import one_after_the_other

SKEW_MS = 5_000
SETTINGS = Settings(
    approver_email="approvers@example.com", console_url="https://orders.example.com"
)
UNMAILED = Settings()
"""No e-mail to the approver ends a wait early: only the doorbell and the deadline do."""
_LATENCIES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 400)


class SimulatedWorld:
    """`fault` decides which calls fail. `stopped` is called with every execution that did not
    succeed, `written` with every write to an order. `skewed` makes the clock of every process
    wrong. During `outages` services do not answer. If it `reserves`, another service keeps
    the stock; if it has `shards`, the adapter of DynamoDB decides where units are.
    """

    boundary: ClassVar[type[FaultBoundary]] = FaultBoundary

    def __init__(
        self,
        seed: int,
        *,
        fault: Plan,
        written: Written = lambda before, after: None,
        stopped: Callable[[Execution], None] = lambda execution: None,
        skewed: bool = False,
        outages: Sequence[Outage] = (),
        settings: Settings = SETTINGS,
        reserves: bool = False,
        shards: bool = False,
    ) -> None:
        discard_metrics()
        self._settings, self.reserves, self.shards = settings, reserves, shards
        self.random, self._secrets = Random(seed), Random(seed)
        self.event_queue = EventQueue()
        self.inventory = FakeInventory()
        self.reservations = FakeReservations(self.inventory)
        self.stock_table = StockTable()
        self._memories: dict[str, Memory] = {}
        self.store = WatchedStore(self.inventory, written)
        self.customers = FakeCustomers([a_customer("alice"), a_customer("bob", "standard")])
        self.payments = Provider()
        self.notifier = FakeNotifier()
        self.operations = OperationsQueue(self.event_queue)
        self.engine = Engine(
            self.event_queue, order_workflow(), self.random.random, self.invoke, stopped
        )
        self.fault = fault
        self.skewed = skewed
        self.outages = outages
        self.calls = 0
        self.most_calls: dict[str, int] = {}
        self.injected_faults: list[InjectedFault] = []
        self.actors: dict[Actor, None] = {}
        self.trace: list[tuple[int, str, str, str]] = []
        self.defects: list[str] = []
        self._invocations: dict[str, int] = {}

    @property
    def struck(self) -> list[Fault]:
        """The faults that struck, in their order."""
        return [injected.fault for injected in self.injected_faults]

    def latency(self) -> int:
        """Milliseconds of half a call."""
        return _LATENCIES[int(self.random.random() * len(_LATENCIES))]

    def is_down(self, port: str) -> bool:
        """True while an outage of the port lasts."""
        now = self.event_queue.now - START_MS
        return any(o.from_ms <= now < o.until_ms and port in o.ports for o in self.outages)

    def count_call(self, function: str, own: int) -> int:
        """Count a call of an invocation that made `own` calls before; returns its number."""
        self.calls += 1
        self.most_calls[function] = max(self.most_calls.get(function, 0), own + 1)
        return self.calls

    def log(self, who: str, what: str, how: str) -> None:
        """One line of the trace."""
        self.trace.append((self.event_queue.now, who, what, how))

    def invoke(self, function: str, payload: Mapping[str, Any], done: Done) -> None:
        """Invoke an activity, as Lambda does: the answer goes to `done`, at some time."""
        task = Task.parse(payload)
        if self.is_down(LAMBDA):
            self._refuse(function, task, done)
            return
        invocation = self._invocations[function] = self._invocations.get(function, 0) + 1
        answer: Mapping[str, Any] = {}

        def body(actor: Actor) -> None:
            nonlocal answer
            boundary = self.boundary(
                self,
                actor,
                function,
                invocation=invocation,
                order_id=task.order_id,
                epoch=task.epoch,
                skew_ms=self._skew(),
                again=lambda: self._again(function, payload),
            )
            answer = STEPS[function](task, self._dependencies(boundary)) or {}
            actor.pause(self.latency())

        def end(raised: BaseException | None) -> None:
            failure = None if raised is None else self._failure(function, raised)
            done(json.loads(json.dumps(answer)), failure)

        self._begin(Actor(self.event_queue, f"{function}#{invocation} {task.order_id}", body, end))

    def _refuse(self, function: str, task: Task, done: Done) -> None:
        """Lambda itself does not answer."""
        self.injected_faults.append(
            InjectedFault(self.event_queue.now, Fault.OUTAGE, function, task.order_id)
        )
        self.log(function, "invoke", str(Fault.OUTAGE))
        failure = StateFailed("Lambda.ServiceException")
        self.event_queue.after(self.latency(), lambda: done(None, failure))

    def act(
        self,
        name: str,
        action: Callable[[Dependencies], object],
        *,
        order_id: str = "",
        crash_at: int | None = None,
        on_end: Callable[[BaseException | None], None] = lambda raised: None,
    ) -> None:
        """Run a caller other than an execution, for one order or for none."""
        if self.is_down(LAMBDA):
            self.injected_faults.append(
                InjectedFault(self.event_queue.now, Fault.OUTAGE, name, order_id)
            )
            return

        def body(actor: Actor) -> None:
            skew_ms = self._skew()
            boundary = self.boundary(
                self, actor, name, order_id=order_id, skew_ms=skew_ms, crash_at=crash_at
            )
            action(self._dependencies(boundary))

        def end(raised: BaseException | None) -> None:
            if raised is not None:
                self.log(name, "ended", type(raised).__name__)
            if isinstance(raised, Exception) and not isinstance(raised, OrderError):
                self.defects.append(f"{name}: {raised!r}")
            on_end(raised)

        self._begin(Actor(self.event_queue, name, body, end))

    def workflow(self, deps: Dependencies, new_id: str = "") -> OrderWorkflow:
        """The application surface; an order that is placed gets `new_id`."""
        return replace(deps.workflow, new_id=lambda: new_id, report=self._report)

    def janitor(self, deps: Dependencies) -> Janitor:
        """The janitor, as its function composes it."""
        return replace(deps.janitor, recovered=self._report)

    def sweep(self, deps: Dependencies) -> None:
        """What the janitor's function does once a minute."""
        replace(
            deps.janitor_sweep,
            reconcile=self.janitor(deps).reconcile,
            report=self._report_of,
            recovered=self._report,
        ).run()
        if self.shards and deps.stock_shards is not None:
            deps.stock_shards.close_idle(deps.clock.now())

    def end_actors(self) -> None:
        """Unwind the calls that are still in flight."""
        for actor in list(self.actors):
            actor.kill()

    def _report(self, error: OrderError) -> None:
        self.log("recovered error", type(error).__name__, error.order_id)

    def _report_of(self, order_id: str, error: Exception) -> None:
        self.log("recovered error", type(error).__name__, order_id)
        if not isinstance(error, OrderError):
            self.defects.append(f"janitor, {order_id}: {error!r}")

    def _begin(self, actor: Actor) -> None:
        on_end = actor.on_end

        def ended(raised: BaseException | None) -> None:
            self.actors.pop(actor, None)
            on_end(raised)

        actor.on_end = ended
        self.actors[actor] = None
        self.event_queue.after(self.latency(), actor.run)

    def _again(self, function: str, payload: Mapping[str, Any]) -> None:
        self.invoke(function, payload, lambda answer, failure: None)

    def _failure(self, function: str, raised: BaseException) -> StateFailed:
        if isinstance(raised, Crashed):
            return StateFailed("Lambda.Unknown")
        name, message = type(raised).__name__, str(raised)
        if not isinstance(raised, OrderError):
            self.defects.append(f"{function}: {raised!r}")
            name, message = "ActivityDefect", "unexpected error"
        cause = {"errorType": name, "errorMessage": message}
        return StateFailed(name, json.dumps(cause))

    def _skew(self) -> int:
        return self.random.randint(-SKEW_MS, SKEW_MS) if self.skewed else 0

    def _dependencies(self, boundary: FaultBoundary) -> Dependencies:
        deps = Dependencies(self._settings)
        deps.clock = ports.SkewedClock(boundary)
        store: Any = ports.Store(boundary)
        deps.store = store
        if self.reserves:
            reservations: Any = ports.Port(boundary, "reservations")
            deps.store = ReservedOrders(store, reservations)
        if self.shards:
            memory = self._memories.setdefault(boundary.function, ({}, set()))
            deps.store = ShardedOrders(store, StockClient(boundary), memory)
            deps.stock_shards = shards_of(boundary)
        deps.orders = OrderWriter(deps.store, deps.clock, jitter=self.random.random)
        deps.random_bytes = self._secrets.randbytes
        deps.call_each = one_after_the_other
        for name in ("index", "catalogue", "customers", "notifier"):
            setattr(deps, name, ports.Port(boundary, name))
        others: Any = (
            ports.Payments(boundary),
            ports.Operations(boundary),
            ports.Executions(boundary),
        )
        deps.payments, deps.operations, deps.engine = others
        return deps
