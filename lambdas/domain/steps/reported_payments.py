"""Problems that a provider reports, also after the end of an order: a refund that failed after it
had succeeded is a debt, and a customer may dispute a payment. The stage never changes.
"""

from dataclasses import replace

from lambdas.domain.payments import DisputeState, Payment
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import (
    DEBT,
    LOOK_UP_NOW,
    PAY,
    Effect,
    EffectState,
    dispute_name,
    effect_key,
    lost_minor,
    owes,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

_ENDED_UNPAID = frozenset({Stage.CANCELLED, Stage.FAILED})
_DISPUTES = {
    DisputeState.INQUIRY: (EffectState.INTENT, "payment-disputed"),
    DisputeState.OPEN: (EffectState.INTENT, "payment-disputed"),
    DisputeState.WON: (EffectState.UNDONE, "dispute-won"),
    DisputeState.LOST: (EffectState.DONE, "dispute-lost"),
}
"""The state of a dispute in the ledger, and the event that records it."""

_Events = list[tuple[str, dict[str, str | int]]]


def record_disputes(order: Order, now: int, payment: Payment) -> Change | None:
    """Record each dispute of the payment as its provider knows it now; None if they are recorded.
    An ended dispute may be open again: a bank admits appeals.
    """
    after, events = order, _Events()
    for dispute in payment.disputes:
        name = dispute_name(after.ledger, dispute.dispute_id)
        state, kind = _DISPUTES[dispute.state]
        new = Effect(key=effect_key(name, order.order_id), state=state, at=now)
        known = after.ledger.get(name)
        entry = replace(known or new, reference=dispute.dispute_id)
        if known is None or (known.state, known.amount_minor) != (state, dispute.amount_minor):
            entry = replace(entry.with_state(state, now), amount_minor=dispute.amount_minor)
            amount: dict[str, str | int] = {"amount_minor": dispute.amount_minor}
            events.append((kind, {**amount, "dispute_id": dispute.dispute_id}))
        after = after.with_effect(name, entry)
    return _make_change(order, after, events, now) if events else None


def end_dispute(
    order: Order, now: int, name: str, end: DisputeState, amount_minor: int
) -> tuple[Order, _Events]:
    """End a dispute whose end the provider does not report, and have a refund that waits for it
    looked up as soon as possible. Returns the order and the events.
    """
    state, kind = _DISPUTES[end]
    entry = replace(order.ledger[name].with_state(state, now), amount_minor=amount_minor)
    events: _Events = [(kind, {"amount_minor": amount_minor, "dispute_id": entry.reference or ""})]
    after = order.with_effect(name, entry)
    if end is DisputeState.LOST:
        after, returned = _record_returned(after, now, amount_minor)
        events += returned
    pending = after.settling if after.stage is Stage.COMPENSATING else None
    if pending is not None:
        after = after.with_effect(PAY, replace(pending, look_up_at=LOOK_UP_NOW))
    return after, events


def _record_returned(order: Order, now: int, returned_minor: int) -> tuple[Order, _Events]:
    """Lower a debt by the amount that a lost dispute returned. End a refund if the lost disputes
    returned the whole payment: a provider that does not know the payment cannot end it.
    """
    recorded_minor, payment = _recorded_minor(order), order.ledger.get(PAY)
    if recorded_minor:
        return _with_debt(order, now, max(recorded_minor - returned_minor, 0))
    is_owed = order.stage is Stage.COMPENSATING and owes(order.ledger, PAY)
    if payment is None or not is_owed or not _is_lost(order, payment):
        return order, []
    undone = replace(payment.with_state(EffectState.UNDONE, now), refunded_minor=0)
    after = replace(order.with_effect(PAY, undone), charged=False)
    return after, [("payment-refunded", {"amount_minor": 0})]


def _is_lost(order: Order, payment: Effect) -> bool:
    paid_minor = payment.amount_minor
    return paid_minor is not None and lost_minor(order.ledger) >= paid_minor


def record_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record the amount that an order which ended unpaid still owes its customer; None if it is
    recorded, or nothing is owed. An amount that a bank withholds is owed until the bank returns it:
    if the provider never reports that it does not, operators find the debt.
    """
    owed_minor = _owed_minor(order, payment)
    if owed_minor in (0, _recorded_minor(order)):
        return None
    return _make_change(order, *_with_debt(order, now, owed_minor), now)


def settle_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record that a debt was refunded at the provider, or returned by a dispute; None if there is
    no debt.
    """
    if not _recorded_minor(order) or _owed_minor(order, payment):
        return None
    return _make_change(order, *_with_debt(order, now, 0), now)


def _recorded_minor(order: Order) -> int:
    """The debt on the ledger; 0 if there is none, or it was refunded."""
    known = order.ledger.get(DEBT)
    return (known.amount_minor or 0) if known is not None and owes(order.ledger, DEBT) else 0


def _owed_minor(order: Order, payment: Payment) -> int:
    """Captured, and neither returned by a refund or a dispute, about to be refunded, nor returned
    outside the provider.
    """
    if order.stage not in _ENDED_UNPAID:
        return 0
    outside = order.settlement
    returned_minor = outside.returned_minor if outside is not None else 0
    return max(payment.outstanding_minor - payment.refund_pending_minor - returned_minor, 0)


def _with_debt(order: Order, now: int, owed_minor: int) -> tuple[Order, _Events]:
    """The order with a debt of this amount, and the event: a refund failed, or money was returned.
    A debt that was refunded keeps its amount.
    """
    recorded_minor = _recorded_minor(order)
    state = EffectState.INTENT if owed_minor else EffectState.UNDONE
    new = Effect(key=effect_key(DEBT, order.order_id), state=state, at=now)
    entry = order.ledger.get(DEBT, new).with_state(state, now)
    after = order.with_effect(DEBT, replace(entry, amount_minor=owed_minor or recorded_minor))
    if owed_minor > recorded_minor:
        return after, [("refund-failed", {"amount_minor": owed_minor})]
    return after, [("debt-refunded", {"amount_minor": recorded_minor - owed_minor})]


def _make_change(order: Order, after: Order, events: _Events, now: int) -> Change:
    made = make_change(order, after, now, *events, by_execution=False)
    # The order is checked as if nothing had been written.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))
