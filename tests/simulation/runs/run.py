"""Runs a schedule: places orders, sends signals, injects faults for a time, and checks the ends."""

from dataclasses import replace
from typing import Any

from lambdas.dependencies import Dependencies
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.start import IdempotencyKey, StartRequest
from tests.simulation.checks.end_reasons import unreasonable
from tests.simulation.checks.expected_effects import missing_effects
from tests.simulation.checks.invariants import TICK_MS, Ends, broken_invariants
from tests.simulation.checks.mail_amounts import wrong_amounts
from tests.simulation.checks.report_latency import ReportLatency
from tests.simulation.checks.signal_latency import SignalLatency
from tests.simulation.runs.operators import Operators
from tests.simulation.runs.provider_reports import ProviderReports
from tests.simulation.schedules.schedule import (
    Action,
    Placement,
    PlannedFault,
    Schedule,
    ScheduledEvent,
    order_id,
)
from tests.simulation.step_functions.deployments import build_deployment
from tests.simulation.step_functions.engine import Execution
from tests.simulation.step_functions.event_queue import START_MS
from tests.simulation.world.faults import Call, Fault
from tests.simulation.world.world import SETTINGS, UNMAILED, SimulatedWorld
from tests.support.builders import SIGNALS

_ENDED_AS = {Action.STOP: "ABORTED", Action.TIME_OUT: "TIMED_OUT"}

LAST_MS = 6 * 3_600_000
"""A simulation ends here, or this time after a deadline that is later than usual: an order that has
not ended by then never will."""

PRICES = {"COFFEE-1KG": 1250, "MUG-RED": 800, "RARE-1": 9900}
_PRICE = 105
"""Of every other SKU."""


class Run:
    """Runs one schedule. `answered` holds every 202: (order id, signal id). If it `reserves`,
    another service keeps the stock; if it has `shards`, the stock of busy SKUs is split.
    """

    def __init__(self, schedule: Schedule, *, reserves: bool = False, shards: bool = False) -> None:
        self.schedule = schedule
        self.world = SimulatedWorld(
            schedule.seed,
            fault=self._fault,
            written=self._written,
            stopped=self._stopped,
            skewed=schedule.skewed,
            outages=schedule.outages,
            reserves=reserves,
            shards=shards,
            settings=(SETTINGS if schedule.mails_approver else UNMAILED)._replace(
                approval_timeout_seconds=schedule.approval_timeout_seconds,
                heartbeat_seconds=schedule.heartbeat_seconds,
            ),
        )
        self.answered: dict[tuple[str, str], None] = {}
        self.ends, self.signal_latency = Ends(), SignalLatency()
        self.report_latency = ReportLatency()
        self.provider = ProviderReports(self.world, schedule.seed)
        self.operators = Operators(self.world, schedule.seed, self.report_latency.disturbed)
        self._committed = self.world.engine.machine
        self._deployments = 0
        self._planned_faults = list(schedule.planned_faults)
        self._quiet_at = START_MS + schedule.quiet_ms
        self._waiting: dict[tuple[int, Stage], list[ScheduledEvent]] = {}
        self._seen: set[tuple[str, Stage]] = set()

    @property
    def unused_faults(self) -> tuple[PlannedFault, ...]:
        """The planned faults that met no call."""
        return tuple(self._planned_faults)

    def execute(self) -> list[str]:
        """Run to the end; returns every invariant that was broken."""
        self._prepare()
        event_queue, last = self.world.event_queue, START_MS + self._last_ms
        while event_queue.now < last and not self._over():
            event_queue.step()
        self.world.end_actors()
        found = broken_invariants(self.world, self.ends, self._quiet_at, self.answered)
        struck = self.world.injected_faults
        found += (*self.signal_latency.problems(struck), *self.provider.problems())
        found += self.report_latency.problems(self.world.operations.reports, struck)
        found += [] if self.operators.are_done else ["an order still needs a settlement"]
        found += (*missing_effects(self.world), *wrong_amounts(self.world))
        by_hand = self.operators.actions
        return [*found, *unreasonable(self.world, self.schedule.events, by_hand)]

    @property
    def _last_ms(self) -> int:
        usual = self.schedule.approval_timeout_seconds <= SETTINGS.approval_timeout_seconds
        return LAST_MS + (0 if usual else self.schedule.approval_timeout_seconds * 1000)

    def _prepare(self) -> None:
        world, schedule = self.world, self.schedule
        self._committed = world.engine.machine
        for sku, units in schedule.units.items():
            related = tuple(other for other in schedule.units if other != sku)
            world.inventory.put(
                sku,
                available=units,
                unit_price_minor=PRICES.get(sku, _PRICE),
                currency=schedule.currency,
                related=related,
            )
            world.stock_table.put(sku, units)
        world.store.units = dict(schedule.units)
        for index, placement in enumerate(schedule.placements):
            self._place(index, placement, placement.after_ms, placement.crash_at)
        for event in schedule.events:
            if event.stage is None:
                self._schedule(event)
            else:
                self._waiting.setdefault((event.order, event.stage), []).append(event)
        world.event_queue.after(TICK_MS, self._regular_sweep)
        world.event_queue.after(schedule.quiet_ms, self._quieten)

    def _over(self) -> bool:
        """True once faults are over, and no execution and no actor runs."""
        world = self.world
        at_work = world.engine.running or world.actors
        return (
            not at_work
            and world.event_queue.now >= self._quiet_at
            and not self.provider.unanswered
            and self.operators.are_done
            and self.ends.count == len(world.store.records)
        )

    def _place(self, index: int, placement: Placement, after: int, crash_at: int | None) -> None:
        request = StartRequest(
            customer_id=placement.customer,
            requested_by=placement.customer,
            payment_method=placement.payment_method,
            version=placement.version,
            items=placement.items,
        )
        key = IdempotencyKey(principal=placement.customer, key=f"key-{index}", fingerprint="f")
        if placement.extra_minor:
            self.world.payments.extra_minor[f"pay:{order_id(index)}"] = placement.extra_minor

        def action(deps: Dependencies) -> None:
            self.world.workflow(deps, order_id(index)).start(request, key)

        self.world.event_queue.after(
            after, lambda: self.world.act("place", action, crash_at=crash_at)
        )
        if crash_at is not None and crash_at % 2:  # this caller asks again, the others give up
            self._place(index, placement, after + 3_000, None)

    def _fault(self, call: Call) -> Fault | None:
        """Each planned fault strikes the first call from its number on that it can strike."""
        if self.world.event_queue.now >= self._quiet_at:
            return None
        for planned in self._planned_faults:
            if planned.hits(call):
                self._planned_faults.remove(planned)
                return planned.fault
        return None

    def _written(self, before: Order | None, after: Order) -> None:
        """Schedule the events that wait for the order to reach its stage."""
        now = self.world.event_queue.now
        self.ends.written(after, now)
        self.signal_latency.written(before, after, now)
        self.report_latency.written(before, after, now)
        self.provider.written(before, after)
        stage = after.stage
        if before is not None and before.stage is stage:
            return
        for event in self._waiting.pop((int(after.order_id[1:]) - 1, stage), ()):
            self._schedule(event)

    def _schedule(self, event: ScheduledEvent) -> None:
        after = event.after_ms + event.held_up_ms
        self.world.event_queue.after(after, lambda: self._begin_event(event))

    def _begin_event(self, event: ScheduledEvent) -> None:
        world, order = self.world, order_id(event.order)
        if world.event_queue.now >= self._quiet_at or order not in world.store.records:
            return
        world.log("scheduled", event.what.value, order)
        if isinstance(event.what, SignalKind):
            self._signal(event, order)
        else:
            self.do(event.what, order)

    def do(self, action: Action, order: str) -> None:
        world = self.world
        if action is Action.HEARTBEAT:
            world.act("looks", lambda deps: world.workflow(deps).heartbeat(order))
        elif action is Action.TAKEOVER:
            self.report_latency.disturbed(order, world.event_queue.now)
            world.act("takeover", lambda deps: world.janitor(deps).compensate(order))
        elif action is Action.RESUME:
            world.act("resume", lambda deps: world.janitor(deps).resume(order))
        elif action is Action.SWEEP:
            world.act("sweep", world.sweep)
        elif action in _ENDED_AS:
            world.engine.stop(f"{order}-{world.store.get(order).epoch}", _ENDED_AS[action])
        elif action is Action.LOSE_ALL:
            self._lose_executions()
        else:
            self._deployments += 1
            world.engine.machine = build_deployment(self._committed, self._deployments)

    def _signal(self, event: ScheduledEvent, order: str) -> None:
        kind = SignalKind(event.what)
        signal = Signal(signal_id=event.signal_id, kind=kind, at=0, **_fields(kind, event))

        def action(deps: Dependencies) -> None:
            workflow, sent = self.world.workflow(deps), signal
            if kind is SignalKind.APPROVE_PAYMENT and signal.revision is None:
                sent = replace(signal, revision=workflow.get_status(order).revision)
            workflow.signal(order, sent)
            self.answered[order, sent.signal_id] = None

        self.world.act(kind.value, action, order_id=order, crash_at=event.crash_at)

    def _lose_executions(self) -> None:
        """No rule reports a loss: the janitor finds it when it next checks the order."""
        for execution in self.world.engine.executions.values():
            if execution.status == "RUNNING":
                self._disturb(execution.order_id)
        self.world.engine.lose_all()

    def _disturb(self, order_id: str) -> None:
        """Note that an execution ended before its time: its order waits for another one."""
        self.signal_latency.disturbed(order_id, self.world.event_queue.now)
        self.report_latency.disturbed(order_id, self.world.event_queue.now)

    def _stopped(self, execution: Execution) -> None:
        """The rule on execution status change; a third of its events is lost."""
        if execution.status != "FAILED":
            self._disturb(execution.order_id)
        if self.world.random.random() < 0.7:
            name, order = execution.name, execution.order_id
            self.world.act(
                "stopped", lambda deps: self.world.janitor(deps).execution_stopped(order, name)
            )

    def _regular_sweep(self) -> None:
        self.world.act("sweep", self.world.sweep)
        self.world.event_queue.after(TICK_MS, self._regular_sweep)
        if self.world.event_queue.now >= self._quiet_at:
            self._repair_provider()
            self.operators.settle_all()
        else:
            self.provider.settle_some()
            self.operators.settle_some()

    def _quieten(self) -> None:
        """Faults are over, also those of the provider."""
        self.world.log("quiet", "", "")
        self._repair_provider()

    def _repair_provider(self) -> None:
        """From now on it settles payments and takes every refund: also of what a late call
        charges after this.
        """
        self.provider.settle_all()


def _fields(kind: SignalKind, event: ScheduledEvent) -> dict[str, Any]:
    """The fields of a usual signal, but the revision or the SKU of the event."""
    fields = dict(SIGNALS[kind])
    if kind is SignalKind.APPROVE_PAYMENT:
        fields["revision"] = event.revision
    if kind is SignalKind.ADD_LINE_ITEM:
        fields |= {"sku": event.sku, "quantity": 1}
    return fields
