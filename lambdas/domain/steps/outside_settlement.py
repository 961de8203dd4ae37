"""Outside settlement: end a stuck refund, or the debt of an ended order, whose money was returned
without the provider.
"""

from dataclasses import replace

from lambdas.domain.errors import InvalidRequest, NotAllowed, SignalNotAdmitted
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import (
    DEBT,
    PAY,
    EffectState,
    PaymentProblem,
    lost_minor,
    payment_problems,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage


def request_settlement(order: Order, now: int, requested: OutsideSettlement) -> Change | None:
    """Record the request of one operator; None for a repetition. A request that is not confirmed is
    replaced by the next one.

    Raises SignalNotAdmitted if nothing is owed, InvalidRequest for an impossible amount.
    """
    known = order.settlement
    if known is not None and known.is_same_request(requested):
        return None
    _, owed = _owed(order)
    if requested.currency != order.currency:
        raise InvalidRequest(
            f"the order is in {order.currency}, not in {requested.currency}",
            order_id=order.order_id,
        )
    if requested.amount_minor > owed:
        raise InvalidRequest(f"no more than {owed} minor units are owed", order_id=order.order_id)
    earlier_minor = known.returned_minor if known is not None else 0
    after = replace(order, settlement=replace(requested, earlier_minor=earlier_minor))
    event = ("settlement-requested", _detail(requested))
    made = make_change(order, after, now, event, by_execution=False)
    # The janitor's next attempt stays where it is.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))


def confirm_settlement(
    order: Order, now: int, *, settlement_id: str, payment: OutsideSettlement, actor: Actor
) -> Change | None:
    """Record the confirmation of another operator, and the refund or debt as undone; None for a
    repetition. `payment` repeats the request and has the second operator's evidence.

    Raises SignalNotAdmitted if less is owed or without this request, InvalidRequest for another
    amount, NotAllowed for the operator who made the request.
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
    name, owed = _owed(order)
    if known.amount_minor > owed:
        raise SignalNotAdmitted(
            f"only {owed} minor units are still owed", order_id=order.order_id, stage=order.stage
        )
    entry = order.ledger[name].moved(EffectState.UNDONE, now)
    undone = replace(entry, refunded_minor=known.amount_minor)
    confirmed = replace(
        known,
        confirmed_by=actor.subject,
        confirmed_by_name=actor.name,
        confirmed_at=now,
        confirmation=payment.evidence,
    )
    after = replace(order.with_effect(name, undone), charged=False, settlement=confirmed)
    event = ("payment-settled", _detail(confirmed))
    return make_change(order, after, now, event, by_execution=False)


def _owed(order: Order) -> tuple[str, int]:
    """The effect of which money is owed, and the amount: of the payment whose refund is stuck, less
    what lost disputes returned, or the debt of an ended order. While an attempt to refund a payment
    runs, it is not stuck. While a bank decides a dispute, it may return the money itself.
    """
    if PaymentProblem.DISPUTE in payment_problems(order.ledger):
        raise SignalNotAdmitted(
            "the payment is disputed: settle what is owed after the dispute ended",
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
