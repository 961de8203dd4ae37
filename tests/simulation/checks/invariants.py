"""The invariants of design and liveness, checked in a world whose run has ended."""

from collections.abc import Iterable
from typing import Any

from lambdas.adapters.orders.dynamodb_orders import PLACES_TRIED
from lambdas.domain.record.changes import Event
from lambdas.domain.record.events import EVENT_KINDS, published_kind
from lambdas.domain.record.ledger import PAY
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.takeover import next_takeover_at
from lambdas.settings import Settings
from tests.simulation.step_functions.deployments import find_strayed
from tests.simulation.step_functions.event_queue import START_MS
from tests.simulation.world.world import SimulatedWorld
from tests.support.fakes.fake_payments import as_records
from tests.support.invariants import acceptance_problems, problems

TICK_MS = 60_000
"""The janitor's tick."""


LONGEST_PAUSE_MS = 400_000
"""The longest pause after a failed step, and the attempts of one step."""
MOST_CALLS = 50
"""Of one invocation to the outside: a write that meets others is repeated for six seconds."""
PAYMENT_MS = Settings().payment_timeout_seconds * 1000


class Ends:
    """When orders ended, and until when one may rest: because it is stuck, was taken over before,
    or is paid by a provider that is away.
    """

    def __init__(self) -> None:
        self.at: dict[str, int] = {}
        self.may_wait_until: dict[str, int] = {}

    @property
    def count(self) -> int:
        return len(self.at)

    def written(self, order: Order, now: int) -> None:
        """Take note of a write."""
        name = order.order_id
        if order.ended:
            self.at.setdefault(name, now)
            return
        waits = [self.may_wait_until.get(name, 0), next_takeover_at(order)]
        if order.stuck:
            waits.append(order.next_check_at)
        if order.stage is Stage.PAYMENT and order.payment_method == "pm_unavailable":
            waits.append(order.ledger[PAY].at + PAYMENT_MS)
        self.may_wait_until[name] = max(waits)


def broken_invariants(
    world: SimulatedWorld, ends: Ends, quiet_at: int, answered: Iterable[tuple[str, str]]
) -> list[str]:
    """Everything that is wrong in the end, or was wrong at any write."""
    store = world.store
    found = [*world.defects, *store.problems, *find_strayed(world.engine)]
    broken = problems(store.records.values(), store.stock_records(), books(world), store.units)
    found += [one for one in broken if not _other_sum(world, one)]
    found += _calls(world)
    for order in store.orders():
        found += acceptance_problems(
            store.records[order.order_id], store.accepted.get(order.order_id, ())
        )
        found += _timeline_problems(world, order)
        found += _unseen(world, order)
        found += _expired_too_soon(order)
        found += _late(world, order, ends, quiet_at)
    for order_id, signal_id in answered:
        if signal_id not in store.records[order_id]["outcomes"]:
            found.append(f"{order_id}: 202 for {signal_id}, but no outcome")
    subjects = [mail.subject for mail in world.notifier.sent]
    found += [f"sent twice: {s}" for s in dict.fromkeys(subjects) if subjects.count(s) > 1]
    return found


def _other_sum(world: SimulatedWorld, problem: str) -> bool:
    """A provider that captures another sum is to blame; the order must give it back."""
    order_id, _, what = problem.partition(": ")
    captured_other = "approved" in what and what.startswith("captured ")
    return captured_other and f"pay:{order_id}" in world.payments.extra_minor


def _calls(world: SimulatedWorld) -> list[str]:
    """The calls of one invocation are bounded; those of a sweep by the number of orders, those of
    an attempt on busy stock by the places that it tries. The service that keeps the stock is called
    beside most writes.
    """
    orders = len(world.store.records)
    most = MOST_CALLS * (PLACES_TRIED if world.shards else 2 if world.reserves else 1)
    return [
        f"{function}: {calls} calls in one invocation"
        for function, calls in world.most_calls.items()
        if calls > most * (orders + 1 if function == "sweep" else 1)
    ]


def _late(world: SimulatedWorld, order: Order, ends: Ends, quiet_at: int) -> list[str]:
    """An order must end within three ticks of its deadline, or of the last fault; later only
    where an execution of it had to pause.
    """
    name = order.order_id
    limit = max(quiet_at, order.approval_deadline or 0, ends.may_wait_until.get(name, 0))
    limit += 3 * TICK_MS
    own = (
        execution for execution in world.engine.executions.values() if execution.order_id == name
    )
    if any("BackOff" in one.visited for one in own):
        limit += LONGEST_PAUSE_MS
    if name not in ends.at:
        return [f"{name}: never ended ({order.stage})"]
    late = ends.at[name] - limit
    return [f"{name}: ended {late} ms too late"] if late > 0 else []


def _unseen(world: SimulatedWorld, order: Order) -> list[str]:
    """Money moves only for the amount that the approver saw."""
    key = f"pay:{order.order_id}"
    captures = world.payments.captures(key)
    if not captures or key in world.payments.extra_minor:
        return []
    approved = [
        world.store.totals.get((order.order_id, signal.revision or 0))
        for signal in order.inbox
        if signal.kind is SignalKind.APPROVE_PAYMENT
        and order.outcomes.get(signal.signal_id) == Outcome.APPLIED
    ]
    captured = [book.payment().captured_minor for book in captures]
    seen = approved == captured
    return [] if seen else [f"{order.order_id}: captured {captured}, approvers saw {approved}"]


def _expired_too_soon(order: Order) -> list[str]:
    """What was accepted in time is applied, however late: only then does an order expire."""
    expired = order.last_error == "approval timeout"
    superseded = expired and Outcome.SUPERSEDED in order.outcomes.values()
    return [f"{order.order_id}: expired over a signal in time"] if superseded else []


def _timeline_problems(world: SimulatedWorld, order: Order) -> list[str]:
    """Times are left out: the clocks of processes may differ by seconds."""
    events = world.store.timeline(order.order_id)
    numbers = [event.number for event in events]
    gaps = numbers != list(range(1, order.event_count + 1))
    found = [f"events {numbers} of {order.event_count}"] if gaps else []
    found += [f"{event.kind} is not published as it is" for event in events if _is_withheld(event)]
    return [f"{order.order_id}: {problem}" for problem in found]


def _is_withheld(event: Event) -> bool:
    """Whether more than free text of people is missing in what other systems receive."""
    details = EVENT_KINDS.get(published_kind(event))
    return details is None or bool({*event.detail} - {*details} - {"reason"})


def books(world: SimulatedWorld) -> list[dict[str, Any]]:
    """The provider's books as records."""
    return as_records(world.payments)


def trace_lines(world: SimulatedWorld) -> list[str]:
    """The trace in lines: seconds since the beginning, who, what, how."""
    return [
        f"{(at - START_MS) / 1000:10.3f}  {who:28} {what:22} {how}"
        for at, who, what, how in world.trace
    ]
