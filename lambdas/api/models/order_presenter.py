"""Builds the views of orders and signals from domain values.

A field of a view has the value of the attribute of the same name. Only fields that are computed are
named here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.api.http.identity import Principal
from lambdas.api.models.order_views import (
    STAFF_FIELDS,
    ApprovalsView,
    EventView,
    ItemsView,
    OrderDetailView,
    OrderView,
    TimelineView,
)
from lambdas.api.models.settlement_views import settlement_view
from lambdas.api.models.signal_views import LinkView, SignalDetailView, SignalsView, SignalView
from lambdas.api.models.view import shown_fields
from lambdas.domain.mail.reasons import reason
from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import dispute_standing
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.signals.admission import allowed_signals
from lambdas.domain.signals.limits import ApprovalLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewContext:
    """What a view depends on besides its order: the caller, the time (epoch ms), and the approval
    limits of the deployment.
    """

    caller: Principal
    now: int
    limits: ApprovalLimits


def order_view(order: Order, context: ViewContext) -> OrderView:
    """The order as the caller sees it, with the signals that it admits now."""
    caller, given = context.caller, len(order.approvals)
    approvers = [_visible_name(signal, caller) for signal in order.approvals]
    needed = given if order.payment_approved else context.limits.approvers_for(order.total)
    return OrderView.of(
        order,
        reason=reason(order),
        allowed_signals=allowed_signals(order, context.now),
        approvals=ApprovalsView(given=given, needed=needed),
        approved_by=[name for name in approvers if name is not None],
        ended_by=_visible_name(order.ended_by, caller),
        dispute=dispute_standing(order.ledger),
        settlement=settlement_view(order.settlement if caller.sees_names else None),
    )


def order_detail_view(order: Order, context: ViewContext) -> OrderDetailView:
    """The order, with the fields that clients show to the caller."""
    caller = context.caller
    shown = [
        field
        for field in shown_fields(OrderView)
        if caller.sees_names or field.path not in STAFF_FIELDS
    ]
    return OrderDetailView.of(order_view(order, context), shown_fields=shown)


def etag(order: Order, context: ViewContext) -> str:
    """The entity tag of an order. It changes with every write, when a deadline closes the order to
    a signal, and with what the caller sees. It is weak, because two deployments may serialize the
    same order differently.
    """
    staff = "s" if context.caller.sees_names else ""
    seen = f"{len(allowed_signals(order, context.now))}{staff}"
    return f'W/"{order.order_id}.{order.sequence}.{seen}"'


def items_view(order: Order) -> ItemsView:
    """The lines, with the revision that an approval names."""
    return ItemsView.of(order)


def approval_view(order: Order, now: int, signal_id: str) -> LinkView:
    """The order that a mailed link shows. `signal_id` is the id of the link's approval."""
    closed = SignalKind.APPROVE_PAYMENT not in allowed_signals(order, now)
    used = order.signal(signal_id) is not None
    return LinkView.of(
        order,
        link="used" if used else "closed" if closed else "open",
        outcome=order.outcomes.get(signal_id),
    )


def signal_view(order: Order, signal_id: str) -> SignalView:
    """A signal of the order. Raises StopIteration if the order does not have it."""
    signal, outcome = _signal(order, signal_id), order.outcomes.get(signal_id)
    return SignalView.of(signal, order_id=order.order_id, outcome=outcome)


def signal_detail_view(order: Order, signal_id: str, caller: Principal) -> SignalDetailView:
    """The signal with its parameters."""
    signal, outcome = _signal(order, signal_id), order.outcomes.get(signal_id)
    return SignalDetailView.of(
        signal,
        order_id=order.order_id,
        outcome=outcome,
        accepted_at=signal.at,
        actor=_visible_name(signal, caller),
    )


def signals_view(order: Order, caller: Principal) -> SignalsView:
    """Every accepted signal of the order, oldest first."""
    found = [signal_detail_view(order, signal.signal_id, caller) for signal in order.inbox]
    return SignalsView(order_id=order.order_id, signals=found)


def timeline_view(order: Order, events: Sequence[Event], caller: Principal) -> TimelineView:
    """The events, oldest first. A stored event has no names: those of its signal are added."""
    return TimelineView(
        events=[
            EventView.of(event, sequence=event.number, actor=_actor_of(event, order, caller))
            for event in events
        ],
        omitted_events=events[0].number - 1 if events else 0,
    )


def _actor_of(event: Event, order: Order, caller: Principal) -> str | None:
    signal_id = event.detail.get("signal_id")
    return _visible_name(order.signal(str(signal_id)), caller) if signal_id else None


def _visible_name(signal: Signal | None, caller: Principal) -> str | None:
    """The name of the signal's sender. Staff see every name, customers only their own."""
    if signal is None:
        return None
    sender = signal.sender
    visible = caller.sees_names or caller.actor.is_any_of({sender.subject})
    return sender.name if visible else None


def _signal(order: Order, signal_id: str) -> Signal:
    return next(one for one in order.inbox if one.signal_id == signal_id)
