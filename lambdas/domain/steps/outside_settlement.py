"""Outside settlement: end a stuck refund whose money was returned without the provider."""

from dataclasses import replace

from lambdas.domain.errors import InvalidRequest, NotAllowed, SignalNotAdmitted
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import PAY, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement
from lambdas.domain.record.signals import Actor
from lambdas.domain.record.stages import Stage


def request_settlement(order: Order, now: int, requested: OutsideSettlement) -> Change | None:
    """Record the request of one operator; None for a repetition. A request that is not confirmed is
    replaced by the next one.

    Raises SignalNotAdmitted without a stuck payment, InvalidRequest for an impossible amount.
    """
    known = order.settlement
    if known is not None and known.is_same_request(requested):
        return None
    payment = _stuck_payment(order)
    owed = payment.amount_minor or 0
    if requested.currency != order.currency:
        raise InvalidRequest(
            f"the order is in {order.currency}, not in {requested.currency}",
            order_id=order.order_id,
        )
    if requested.amount_minor > owed:
        raise InvalidRequest(
            f"the payment is {owed} minor units: no more can be refunded", order_id=order.order_id
        )
    after = replace(order, settlement=requested)
    made = make_change(order, after, now, ("settlement-requested", _detail(requested)))
    # The janitor's next attempt stays where it is.
    return replace(made, after=replace(made.after, next_check_at=order.next_check_at))


def confirm_settlement(
    order: Order, now: int, *, settlement_id: str, payment: OutsideSettlement, actor: Actor
) -> Change | None:
    """Record the confirmation of another operator, and the payment as undone; None for a
    repetition. `payment` repeats the request and has the second operator's evidence.

    Raises SignalNotAdmitted without a stuck payment or without this request, InvalidRequest for
    another amount, NotAllowed for the operator who made the request.
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
    entry = _stuck_payment(order).moved(EffectState.UNDONE, now)
    undone = replace(entry, refunded_minor=known.amount_minor)
    confirmed = replace(
        known,
        confirmed_by=actor.subject,
        confirmed_by_name=actor.name,
        confirmed_at=now,
        confirmation=payment.evidence,
    )
    after = replace(order.with_effect(PAY, undone), charged=False, settlement=confirmed)
    return make_change(order, after, now, ("payment-settled", _detail(confirmed)))


def _stuck_payment(order: Order) -> Effect:
    """The payment that could not be undone. While an attempt to undo it runs, it is not stuck."""
    payment = order.ledger.get(PAY)
    if order.stage is not Stage.COMPENSATING or payment is None or not payment.stuck:
        raise SignalNotAdmitted(
            "the order has no stuck payment now (an attempt to refund it may be running)",
            order_id=order.order_id,
            stage=order.stage,
        )
    return payment


def _detail(settlement: OutsideSettlement) -> dict[str, str | int]:
    """The detail of an event: no names and no free text."""
    return {
        "settlement_id": settlement.settlement_id,
        "settled": settlement.settled.value,
        "amount_minor": settlement.amount_minor,
    }
