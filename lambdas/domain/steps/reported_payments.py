"""Problems that a provider reports, also after the end of an order: a refund that failed after it
had succeeded is a debt, and a customer may dispute a payment. The stage never changes.
"""

from dataclasses import replace

from lambdas.domain.payments import Payment
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import DEBT, DISPUTE, Effect, EffectState, effect_key
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

_ENDED_UNPAID = frozenset({Stage.CANCELLED, Stage.FAILED})


def record_dispute(order: Order, now: int, payment: Payment) -> Change | None:
    """Record that the customer disputes the payment; None if it is recorded, or not disputed."""
    if not payment.disputed or DISPUTE in order.ledger:
        return None
    return _record(order, now, DISPUTE, EffectState.INTENT, payment.captured_minor)


def record_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record the amount that an order which ended unpaid still owes its customer; None if it is
    recorded, or nothing is owed.
    """
    known, owed_minor = order.ledger.get(DEBT), _owed_minor(order, payment)
    is_recorded = known is not None and known.state is EffectState.INTENT
    if not owed_minor or (is_recorded and known is not None and known.amount_minor == owed_minor):
        return None
    return _record(order, now, DEBT, EffectState.INTENT, owed_minor)


def settle_debt(order: Order, now: int, payment: Payment) -> Change | None:
    """Record that a debt was refunded at the provider; None if there is no debt."""
    known = order.ledger.get(DEBT)
    if known is None or known.state is not EffectState.INTENT or _owed_minor(order, payment):
        return None
    return _record(order, now, DEBT, EffectState.UNDONE, known.amount_minor or 0)


def _owed_minor(order: Order, payment: Payment) -> int:
    """Captured, and neither refunded, about to be refunded, nor returned outside the provider."""
    if order.stage not in _ENDED_UNPAID:
        return 0
    outside = order.settlement
    returned_minor = outside.returned_minor if outside is not None else 0
    return max(payment.outstanding_minor - payment.refund_pending_minor - returned_minor, 0)


_KINDS = {
    (DISPUTE, EffectState.INTENT): "payment-disputed",
    (DEBT, EffectState.INTENT): "refund-failed",
    (DEBT, EffectState.UNDONE): "debt-refunded",
}


def _record(order: Order, now: int, name: str, state: EffectState, amount_minor: int) -> Change:
    new = Effect(key=effect_key(name, order.order_id), state=state, at=now)
    entry = replace(order.ledger.get(name, new).moved(state, now), amount_minor=amount_minor)
    event = (_KINDS[name, state], {"amount_minor": amount_minor})
    after = order.with_effect(name, entry)
    made = make_change(order, after, now, event, by_execution=False)
    # The order is checked as if nothing had been written.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))
