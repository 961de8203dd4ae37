"""Why an order ended: for a valid reason, never because a service was down for a while."""

from collections.abc import Iterator, Mapping, Sequence

from lambdas.domain.errors import GIVEN_UP, PaymentDeclined, PaymentMismatch
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import BY_OPERATOR, DECLINED, EXPIRED, STOPPED
from lambdas.domain.record.signals import Outcome, SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.schedules.schedule import Action, ScheduledEvent, order_id
from tests.simulation.world.faults import Fault
from tests.simulation.world.world import SimulatedWorld

MOST_EXECUTIONS = 8
"""Of one order in any hour: the first, and takeovers with pauses that double."""
HOUR_MS = 3_600_000
_REFUSALS = ("InsufficientStock", "PaymentDeclined", "CustomerUnknown")
_REFUSED_METHODS = ("pm_declined", "pm_action_required", "pm_of_")
"""Beginnings of the payment methods that a provider refuses, at least for one customer."""


def unreasonable(
    world: SimulatedWorld, events: Sequence[ScheduledEvent], by_hand: Mapping[str, int]
) -> Iterator[str]:
    """Orders that ended without a valid reason, or got too many executions. `by_hand` counts what
    operators did for each order, settlements and takeovers: each one begins an execution.
    """
    for order in world.store.orders():
        mine = [event for event in events if order_id(event.order) == order.order_id]
        if order.stage in (Stage.FAILED, Stage.CANCELLED) and not _own_reason(world, order, mine):
            yield f"{order.order_id}: {order.stage} without a valid reason: {order.last_error}"
        yield from _approvals_not_honoured(order, mine)
        takeovers = by_hand.get(order.order_id, 0) + sum(o.what is Action.TAKEOVER for o in mine)
        yield from _too_many_executions(world, order, takeovers)


def _own_reason(world: SimulatedWorld, order: Order, mine: list[ScheduledEvent]) -> bool:
    reason = order.last_error or ""
    if reason.startswith("cancelled: "):
        return order.cancelling
    if reason.startswith(f"{DECLINED}: "):
        return _declined(order)
    if reason == EXPIRED:
        return True  # `invariants` checks that it was not too soon
    if reason == STOPPED:
        return _aborted(world, order)
    if reason == BY_OPERATOR:
        return _has_happened(mine, Action.TAKEOVER)
    if reason.startswith(GIVEN_UP):
        return order.payment_method == "pm_unavailable" or _provider_was_away(world)
    if reason.startswith(PaymentMismatch.__name__):
        return f"pay:{order.order_id}" in world.payments.extra_minor
    return _is_refused(order, reason)


def _is_refused(order: Order, reason: str) -> bool:
    """Whether stock, customer or provider really refuse the order."""
    if reason.startswith(PaymentDeclined.__name__):
        return order.payment_method.startswith(_REFUSED_METHODS)
    return reason.startswith(_REFUSALS)


def _approvals_not_honoured(order: Order, mine: list[ScheduledEvent]) -> Iterator[str]:
    """An approval that was accepted in time is superseded only by a person's decision, or by the
    approval before it.
    """
    if order.cancelling or order.payment_approved or order.last_error is None:
        return
    by_person = (STOPPED, BY_OPERATOR)
    if _declined(order) or order.last_error in by_person or order.last_error.startswith(_REFUSALS):
        return
    for signal in order.inbox:
        superseded = order.outcomes.get(signal.signal_id) == Outcome.SUPERSEDED
        if signal.kind is SignalKind.APPROVE_PAYMENT and superseded:
            yield f"{order.order_id}: {signal.signal_id} is superseded by {order.last_error}"


def _too_many_executions(world: SimulatedWorld, order: Order, by_hand: int) -> Iterator[str]:
    began = sorted(
        execution.began_at
        for execution in world.engine.executions.values()
        if execution.order_id == order.order_id
    )
    most = max((sum(at <= b < at + HOUR_MS for b in began) for at in began), default=0)
    if most > MOST_EXECUTIONS + by_hand:
        yield f"{order.order_id}: {most} executions within an hour"


def _aborted(world: SimulatedWorld, order: Order) -> bool:
    executions = world.engine.executions.values()
    return any(e.status == "ABORTED" and e.order_id == order.order_id for e in executions)


def _declined(order: Order) -> bool:
    """Whether exactly one decline was applied, and it is the reason of the end."""
    applied = [
        f"{DECLINED}: {signal.reason}"
        for signal in order.inbox
        if signal.kind is SignalKind.DECLINE_PAYMENT
        and order.outcomes.get(signal.signal_id) == Outcome.APPLIED
    ]
    return applied == [order.last_error]


def _has_happened(mine: list[ScheduledEvent], action: Action) -> bool:
    return any(one.what is action for one in mine)


def _provider_was_away(world: SimulatedWorld) -> bool:
    return any(
        injected.function == "ProcessPayment" and injected.fault in (Fault.OUTAGE, Fault.THROTTLED)
        for injected in world.injected_faults
    )
