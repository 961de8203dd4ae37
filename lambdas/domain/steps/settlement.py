"""Settlement: the provider captures or refunds a payment later, and the order waits for it.

The deadline is set once. The payment is looked up again soon after it was found pending for the
first time, when the provider reports a change, at the time that it named, and at the deadline.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.domain.errors import PaymentNotSettled
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import LOOK_UP_NOW, PAY, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

if TYPE_CHECKING:
    from lambdas.domain.payments import Payment

LOOK_UP_PAUSE_MS = 15_000
"""The shortest time between two look-ups without a report of the provider. It is longer than the
clocks of two functions differ.
"""
_EVENTS = {Stage.PAYMENT: "payment-pending", Stage.COMPENSATING: "refund-pending"}


def record_pending(
    order: Order, now: int, *, seen: Order, until: int | None, timeout_ms: int
) -> Change | None:
    """Record that the provider settles the payment, or its refund, later: by `until`, if it named
    a time. `seen` is the record that was read before the payment was looked up.

    A report of the provider that was written since then is kept. A report that found no pending
    payment on the order was not written, so a look-up that began before the wait was recorded, or
    before another write, is repeated soon.

    None if the order moved on. Raises PaymentNotSettled if the deadline of a payment has passed.
    """
    entry = order.ledger.get(PAY)
    if entry is None or entry.state is EffectState.UNDONE or order.stage not in _EVENTS:
        return None
    if order.stage is Stage.PAYMENT and now >= (entry.pending_until or now + 1):
        raise PaymentNotSettled("the payment was not settled in time", order_id=order.order_id)
    deadline = entry.pending_until or now + timeout_ms
    is_outdated = order.sequence != seen.sequence
    if order.notified and is_outdated:
        look_up_at = LOOK_UP_NOW
    elif entry.pending_until is None or is_outdated:
        look_up_at = now + LOOK_UP_PAUSE_MS
    else:
        look_up_at = _next_look_up(now, deadline, until)
    pending = replace(entry, pending_until=deadline, look_up_at=look_up_at)
    if pending == entry:
        return None
    event = (_EVENTS[order.stage], {"until": deadline})
    events = () if entry.pending_until is not None else (event,)
    return make_change(order, order.with_effect(PAY, pending), now, *events)


def _next_look_up(now: int, deadline: int, until: int | None) -> int:
    """At the time that the provider named, if it has not passed; otherwise at the deadline."""
    named = until if until is not None and until > now else deadline
    return max(min(named, deadline), now + LOOK_UP_PAUSE_MS)


def awaits_provider(order: Order, now: int) -> bool:
    """Whether the order waits for its provider: a look-up is not due yet."""
    return order.settling is not None and not order.stuck and now < (order.wait_ends_at or 0)


def notify_if_settled(order: Order, now: int, payment: "Payment") -> Change | None:
    """Have a pending payment looked up as soon as possible, if its provider settled it, and no bank
    has to decide a dispute before its refund.

    It is written even if a look-up is due: one that is in flight may have read an older state.
    """
    awaits_bank = order.stage is Stage.COMPENSATING and payment.withheld_minor > 0
    return None if payment.is_pending or awaits_bank else look_up_soon(order, now)


def look_up_soon(order: Order, now: int) -> Change | None:
    """Have a pending payment looked up as soon as possible; None if none is pending."""
    if order.settling is None:
        return None
    noted = replace(order.settling, look_up_at=LOOK_UP_NOW)
    return make_change(order, order.with_effect(PAY, noted), now, by_execution=False)


def is_overtaken(order: Order, loops: int) -> bool:
    """Whether the execution waited for the provider after the attempt of round `loops` began.

    A late attempt that finds the payment settled must not record it: the order would no longer
    wait, but its execution would, until the deadline. It has the payment looked up soon instead.
    One that finds it pending records nothing: its execution would not wake at the time of its
    look-up.
    """
    return order.settling is not None and loops < order.wait_loops
