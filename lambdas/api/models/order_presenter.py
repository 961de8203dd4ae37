"""Builds the views of orders and signals from domain values."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lambdas.api.models import order_views
from lambdas.domain.mail.templates import reason
from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import Effect
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.admission import allowed_signals


def instant(milliseconds: int) -> str:
    """Format epoch milliseconds as `2026-01-01T00:00:00.000Z`."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def order_view(order: Order, now: int) -> order_views.OrderView:
    """The order, with the signals that it admits at `now` (epoch ms)."""
    deadline = order.approval_deadline
    return order_views.OrderView(
        order_id=order.order_id,
        customer_id=order.customer_id,
        stage=order.stage,
        items=_items(order),
        reserved=order.reserved,
        payment_approved=order.payment_approved,
        charged=order.charged,
        cancelled=order.cancelled,
        last_error=order.last_error,
        reason=reason(order),
        enrichment=_enrichment(order),
        approval_deadline=None if deadline is None else instant(deadline),
        version=order.version,
        revision=order.revision,
        total=_total(order),
        allowed_signals=list(allowed_signals(order, now)),
        ledger={name: _effect(effect) for name, effect in order.ledger.items()},
        result=order.result,
        created_at=instant(order.created_at),
        updated_at=instant(order.updated_at),
    )


def etag(order: Order, now: int) -> str:
    """The entity tag of an order. It changes with every write, and when a deadline closes the order
    to a signal. It is weak, because two deployments may serialize the same order differently.
    """
    return f'W/"{order.order_id}.{order.sequence}.{len(allowed_signals(order, now))}"'


def items_view(order: Order) -> order_views.ItemsView:
    """The lines, with the revision that an approval names."""
    return order_views.ItemsView(
        order_id=order.order_id,
        revision=order.revision,
        items=_items(order),
        total=_total(order),
    )


def approval_view(order: Order, now: int, signal_id: str) -> order_views.LinkView:
    """The order that a mailed link shows. `signal_id` is the id of the link's approval."""
    closed = SignalKind.APPROVE_PAYMENT not in allowed_signals(order, now)
    used = order.signal(signal_id) is not None
    deadline = order.approval_deadline
    return order_views.LinkView(
        **items_view(order).model_dump(),
        stage=order.stage,
        approval_deadline=None if deadline is None else instant(deadline),
        link="used" if used else "closed" if closed else "open",
        outcome=order.outcomes.get(signal_id),
    )


def signal_view(order: Order, signal_id: str) -> order_views.SignalView:
    """A signal of the order. Raises StopIteration if the order does not have it."""
    signal = next(one for one in order.inbox if one.signal_id == signal_id)
    return order_views.SignalView(
        order_id=order.order_id,
        signal_id=signal_id,
        kind=signal.kind,
        outcome=order.outcomes.get(signal_id),
    )


def signal_detail_view(order: Order, signal_id: str) -> order_views.SignalDetailView:
    """The signal with its parameters, without its actor."""
    signal = next(one for one in order.inbox if one.signal_id == signal_id)
    return order_views.SignalDetailView(
        **signal_view(order, signal_id).model_dump(),
        accepted_at=instant(signal.at),
        revision=signal.revision,
        sku=signal.sku,
        quantity=signal.quantity,
        reason=signal.reason,
    )


def timeline_view(events: Sequence[Event]) -> order_views.TimelineView:
    """The events, oldest first."""
    return order_views.TimelineView(
        events=[
            order_views.EventView(
                sequence=event.number,
                at=instant(event.at),
                kind=event.kind,
                stage=Stage(event.stage),
                detail=dict(event.detail),
            )
            for event in events
        ],
        omitted_events=events[0].number - 1 if events else 0,
    )


def _items(order: Order) -> list[order_views.ItemView]:
    return [
        order_views.ItemView(
            sku=line.sku, quantity=line.quantity, unit_price_minor=line.unit_price_minor
        )
        for line in order.items
    ]


def _total(order: Order) -> order_views.TotalView:
    total = order.total
    return order_views.TotalView(
        amount_minor=total.amount_minor, currency=total.currency, exponent=total.exponent
    )


def _enrichment(order: Order) -> order_views.EnrichmentView:
    found = order.enrichment
    return order_views.EnrichmentView(
        customer_tier=found.customer_tier,
        inventory_ok=found.inventory_ok,
        recommendations=list(found.recommendations),
    )


def _effect(effect: Effect) -> order_views.EffectView:
    return order_views.EffectView(
        state=effect.state,
        stuck=effect.stuck,
        amount_minor=effect.amount_minor,
        refunded_minor=effect.refunded_minor,
        error=effect.error,
    )
