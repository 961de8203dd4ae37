"""Builds the views of orders and signals from domain values.

A field of a view has the value of the attribute of the same name. Only fields that are computed are
named here.
"""

from collections.abc import Sequence

from lambdas.api.models.order_views import (
    EventView,
    ItemsView,
    OrderDetailView,
    OrderView,
    TimelineView,
)
from lambdas.api.models.signal_views import LinkView, SignalDetailView, SignalsView, SignalView
from lambdas.api.models.view import shown_fields
from lambdas.domain.mail.templates import reason
from lambdas.domain.record.changes import Event
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.signals.admission import allowed_signals


def order_view(order: Order, now: int) -> OrderView:
    """The order, with the signals that it admits at `now` (epoch ms)."""
    return OrderView.of(order, reason=reason(order), allowed_signals=allowed_signals(order, now))


def order_detail_view(order: Order, now: int) -> OrderDetailView:
    """The order, with the fields that clients show."""
    shown = list(shown_fields(OrderView))
    return OrderDetailView.of(order_view(order, now), shown_fields=shown)


def etag(order: Order, now: int) -> str:
    """The entity tag of an order. It changes with every write, and when a deadline closes the order
    to a signal. It is weak, because two deployments may serialize the same order differently.
    """
    return f'W/"{order.order_id}.{order.sequence}.{len(allowed_signals(order, now))}"'


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


def signal_detail_view(order: Order, signal_id: str) -> SignalDetailView:
    """The signal with its parameters, without its actor."""
    signal, outcome = _signal(order, signal_id), order.outcomes.get(signal_id)
    return SignalDetailView.of(
        signal, order_id=order.order_id, outcome=outcome, accepted_at=signal.at
    )


def signals_view(order: Order) -> SignalsView:
    """Every accepted signal of the order, oldest first."""
    found = [signal_detail_view(order, signal.signal_id) for signal in order.inbox]
    return SignalsView(order_id=order.order_id, signals=found)


def timeline_view(events: Sequence[Event]) -> TimelineView:
    """The events, oldest first."""
    return TimelineView(
        events=[EventView.of(event, sequence=event.number) for event in events],
        omitted_events=events[0].number - 1 if events else 0,
    )


def _signal(order: Order, signal_id: str) -> Signal:
    return next(one for one in order.inbox if one.signal_id == signal_id)
