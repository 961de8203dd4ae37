"""Problems that a provider reports, also after the end of an order: a refund that failed after it
had succeeded is a debt, and a customer may dispute a payment. The stage never changes.
"""

from dataclasses import replace

from lambdas.domain.payments import DisputeState, Payment
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import DEBT, Effect, EffectState, dispute_name, effect_key
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
            entry = replace(entry.moved(state, now), amount_minor=dispute.amount_minor)
            amount: dict[str, str | int] = {"amount_minor": dispute.amount_minor}
            events.append((kind, {**amount, "dispute_id": dispute.dispute_id}))
        after = after.with_effect(name, entry)
    return _make_change(order, after, now, events) if events else None


def record_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record the amount that an order which ended unpaid still owes its customer; None if it is
    recorded, or nothing is owed. An amount that a bank withholds is not owed yet.
    """
    known = order.ledger.get(DEBT)
    owed_minor = max(_owed_minor(order, payment) - payment.withheld_minor, 0)
    recorded_minor = 0
    if known is not None and known.state is EffectState.INTENT:
        recorded_minor = known.amount_minor or 0
    # A dispute that opens defers a part of the debt, and is no further failure of a refund.
    deferred = payment.withheld_minor > 0 and owed_minor < recorded_minor
    if owed_minor in (0, recorded_minor) or deferred:
        return None
    return _record_debt(order, now, EffectState.INTENT, owed_minor)


def settle_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record that a debt was refunded at the provider, or returned by a dispute; None if there is
    no debt.
    """
    known = order.ledger.get(DEBT)
    if known is None or known.state is not EffectState.INTENT or _owed_minor(order, payment):
        return None
    return _record_debt(order, now, EffectState.UNDONE, known.amount_minor or 0)


def _owed_minor(order: Order, payment: Payment) -> int:
    """Captured, and neither returned by a refund or a dispute, about to be refunded, nor returned
    outside the provider.
    """
    if order.stage not in _ENDED_UNPAID:
        return 0
    outside = order.settlement
    returned_minor = outside.returned_minor if outside is not None else 0
    return max(payment.outstanding_minor - payment.refund_pending_minor - returned_minor, 0)


_KINDS = {EffectState.INTENT: "refund-failed", EffectState.UNDONE: "debt-refunded"}


def _record_debt(order: Order, now: int, state: EffectState, amount_minor: int) -> Change:
    new = Effect(key=effect_key(DEBT, order.order_id), state=state, at=now)
    entry = replace(order.ledger.get(DEBT, new).moved(state, now), amount_minor=amount_minor)
    events: _Events = [(_KINDS[state], {"amount_minor": amount_minor})]
    return _make_change(order, order.with_effect(DEBT, entry), now, events)


def _make_change(order: Order, after: Order, now: int, events: _Events) -> Change:
    made = make_change(order, after, now, *events, by_execution=False)
    # The order is checked as if nothing had been written.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))
