"""Outside settlement: two operators record that money was returned without the provider, or that a
dispute ended which the provider does not report. This ends a stuck refund, a debt or a dispute.

A dispute ends as after a report. If the provider still has the payment, a later look-up corrects
the ledger. Every refund is decided by a look-up, never by the ledger.
"""

from dataclasses import replace

from lambdas.domain.errors import InvalidRequest, NotAllowed, SignalNotAdmitted
from lambdas.domain.payments import DisputeState
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import (
    DEBT,
    PAY,
    Effect,
    EffectState,
    PaymentProblem,
    disputes,
    lost_minor,
    payment_problems,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement, Settled
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.reported_payments import end_dispute

_ENDS = {Settled.DISPUTE_WON: DisputeState.WON, Settled.DISPUTE_LOST: DisputeState.LOST}


def request_settlement(order: Order, now: int, requested: OutsideSettlement) -> Change | None:
    """Record the request of one operator; None for a repetition. A request that is not confirmed is
    replaced by the next one.

    Raises SignalNotAdmitted if nothing is owed or disputed, InvalidRequest for an impossible
    amount, and for a dispute that is not named while several are open.
    """
    known = order.settlement
    if known is not None and known.is_same_request(requested):
        return None
    name, open_minor = _find_open(order, requested)
    if requested.currency != order.currency:
        raise InvalidRequest(
            f"the order is in {order.currency}, not in {requested.currency}",
            order_id=order.order_id,
        )
    problem = _amount_problem(requested, name, open_minor)
    if problem is not None:
        raise InvalidRequest(problem, order_id=order.order_id)
    if requested.settled in _ENDS:
        requested = replace(requested, dispute=name)
    earlier_minor = known.returned_minor if known is not None else 0
    after = replace(order, settlement=replace(requested, earlier_minor=earlier_minor))
    event = ("settlement-requested", _detail(requested))
    made = make_change(order, after, now, event, by_execution=False)
    # A request does not delay the janitor's next attempt to refund.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))


def confirm_settlement(
    order: Order, now: int, *, settlement_id: str, payment: OutsideSettlement, actor: Actor
) -> Change | None:
    """Record the confirmation of another operator, and the refund or debt as undone or the dispute
    as ended; None for a repetition. `payment` repeats the request and has the second operator's
    evidence.

    Raises SignalNotAdmitted if less is owed or disputed, or without this request, InvalidRequest
    for another amount, NotAllowed for the operator who made the request.
    """
    known = order.settlement
    if known is None or known.settlement_id != settlement_id:
        raise SignalNotAdmitted(
            f"the order has no settlement {settlement_id}",
            order_id=order.order_id,
            stage=order.stage,
        )
    if known.is_requested_by(actor):
        raise NotAllowed("another operator must confirm the settlement", order_id=order.order_id)
    if not known.is_same_payment(payment):
        raise InvalidRequest(
            "the confirmation differs from the settlement", order_id=order.order_id
        )
    if known.confirmed:
        return None
    name, open_minor = _find_open(order, known)
    problem = _amount_problem(known, name, open_minor)
    if problem is not None:
        raise SignalNotAdmitted(problem, order_id=order.order_id, stage=order.stage)
    confirmed = replace(
        known,
        confirmed_by=actor.subject,
        confirmed_by_name=actor.name,
        confirmed_at=now,
        confirmation=payment.evidence,
    )
    before = replace(order, settlement=confirmed)
    settled = ("payment-settled", _detail(confirmed))
    if known.settled in _ENDS:
        after, events = end_dispute(before, now, name, _ENDS[known.settled], known.amount_minor)
        return make_change(order, after, now, settled, *events, by_execution=False)
    rest_minor = open_minor - known.amount_minor if name == DEBT else 0
    returned = _record_returned(order.ledger[name], now, known.amount_minor, rest_minor)
    after = replace(before.with_effect(name, returned), charged=False)
    return make_change(order, after, now, settled, by_execution=False)


def _record_returned(entry: Effect, now: int, amount_minor: int, rest_minor: int) -> Effect:
    """The refund or debt after an amount was returned. The rest of a debt stays owed."""
    if rest_minor:
        return replace(entry, amount_minor=rest_minor)
    return replace(entry.with_state(EffectState.UNDONE, now), refunded_minor=amount_minor)


def _find_open(order: Order, settlement: OutsideSettlement) -> tuple[str, int]:
    """The ledger entry that the settlement ends, and the amount that is open."""
    if settlement.settled in _ENDS:
        return _find_open_dispute(order, settlement.dispute)
    if settlement.dispute is not None:
        raise InvalidRequest("a refund ends no dispute", order_id=order.order_id)
    return _find_owed_refund(order)


def _find_open_dispute(order: Order, named: str | None) -> tuple[str, int]:
    """The open dispute and its amount. It must be named if there are several: each may end
    differently.
    """
    open_minor = {
        name: entry.amount_minor or 0
        for name, entry in disputes(order.ledger).items()
        if entry.state is EffectState.INTENT
    }
    names = ", ".join(sorted(open_minor))
    if named is None and len(open_minor) > 1:
        raise InvalidRequest(f"name the dispute that ended: {names}", order_id=order.order_id)
    name = named or names
    if name not in open_minor:
        raise SignalNotAdmitted(
            f"no such dispute is open now (open disputes: {names or 'none'})",
            order_id=order.order_id,
            stage=order.stage,
        )
    return name, open_minor[name]


def _amount_problem(settlement: OutsideSettlement, name: str, open_minor: int) -> str | None:
    """What is wrong with the amount; None for at most the open amount. A dispute that was won needs
    all of it. Nothing, 0, may be left of a stuck refund: the provider made it, or captured nothing.
    """
    amount_minor = settlement.amount_minor
    if settlement.settled is Settled.DISPUTE_WON and amount_minor < open_minor:
        return f"{open_minor} minor units are disputed, not {amount_minor}"
    if amount_minor > open_minor:
        what = "disputed" if settlement.settled in _ENDS else "owed"
        return f"no more than {open_minor} minor units are {what}"
    if not amount_minor and name != PAY:
        return "only a stuck refund is settled with the amount 0"
    return None


def _find_owed_refund(order: Order) -> tuple[str, int]:
    """The ledger entry whose refund is owed, and the amount: the debt of an ended order, or the
    payment whose refund is stuck, less the amounts of lost disputes. A payment is not stuck while
    an attempt to refund it runs. During a dispute the bank may return the money, so none is owed.
    """
    if PaymentProblem.DISPUTE in payment_problems(order.ledger):
        raise SignalNotAdmitted(
            "the payment is disputed: settle the refund after the dispute ended",
            order_id=order.order_id,
            stage=order.stage,
        )
    debt, payment = order.ledger.get(DEBT), order.ledger.get(PAY)
    if order.ended and debt is not None and debt.state is EffectState.INTENT:
        return DEBT, debt.amount_minor or 0
    if order.stage is Stage.COMPENSATING and payment is not None and payment.stuck:
        return PAY, max((payment.amount_minor or 0) - lost_minor(order.ledger), 0)
    raise SignalNotAdmitted(
        "the order has no stuck refund and no debt now (an attempt to refund may be running)",
        order_id=order.order_id,
        stage=order.stage,
    )


def _detail(settlement: OutsideSettlement) -> dict[str, str | int]:
    """The detail of an event: no names and no free text."""
    return {
        "settlement_id": settlement.settlement_id,
        "settled": settlement.settled.value,
        "amount_minor": settlement.amount_minor,
    }
