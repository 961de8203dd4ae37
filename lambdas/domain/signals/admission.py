"""Admission: which signals an order takes, from whom, and why it refuses the others."""

from lambdas.domain.errors import (
    AboveLimit,
    IdempotencyMismatch,
    InboxFull,
    NotAllowed,
    SignalNotAdmitted,
    StoreConflict,
)
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import RULES, Actor, Signal, SignalKind
from lambdas.domain.signals.limits import ApprovalLimits


def refuse_unless_repeated(order: Order, signal: Signal, now: int) -> None:
    """Raise the reason why the order did not admit the signal; return if it has the signal already.

    Raises IdempotencyMismatch, SignalNotAdmitted, InboxFull, or StoreConflict if the order would
    admit the signal now.
    """
    known = order.signal(signal.signal_id)
    if known is not None:
        if known.same_request(signal):
            return
        raise IdempotencyMismatch(
            "this Idempotency-Key was used for another signal", order_id=order.order_id
        )
    if order.stage not in signal.rule.stages:
        raise SignalNotAdmitted(
            f"it is too late for {signal.kind}: the order is {order.stage}",
            order_id=order.order_id,
            stage=order.stage,
        )
    if signal.rule.closes_at_deadline and (order.approval_deadline or now + 1) <= now:
        raise SignalNotAdmitted(
            "the approval deadline has passed", order_id=order.order_id, stage=order.stage
        )
    if len(order.inbox) >= signal.rule.places:
        raise InboxFull(
            f"the order took {len(order.inbox)} signals already", order_id=order.order_id
        )
    raise StoreConflict("the order changed meanwhile", order_id=order.order_id)


def require_four_eyes(order: Order, approver: Actor) -> None:
    """Raise NotAllowed if the approver is a requester of the order, also by a pending signal that
    adds a line.
    """
    adding = {s.actor for s in order.pending if s.kind is SignalKind.ADD_LINE_ITEM}
    if approver.is_any_of(adding) or order.is_requester(approver):
        raise NotAllowed("the requester cannot approve the order", order_id=order.order_id)


def require_may_approve(order: Order, approval: Signal, limits: ApprovalLimits) -> None:
    """Raise NotAllowed if the sender cannot approve the order: a requester, an approver whose limit
    is lower than the total, or one who has approved it as the first of two. A repeated approval
    keeps its answer.
    """
    if order.signal(approval.signal_id) is not None:
        return
    require_four_eyes(order, approval.sender)
    limit = approval.limit_minor
    if limit is not None and order.total.amount_minor > limit:
        groups = ", ".join(limits.groups_for(order.total)) or "no group"
        raise AboveLimit(
            f"the total of {order.total} is above your limit of {Money(limit, order.currency)}; "
            f"it can be approved by: {groups}",
            order_id=order.order_id,
        )
    if order.has_approved(approval.sender) and not order.payment_approved:
        raise NotAllowed(
            "you have approved the order: another approver must approve it, too",
            order_id=order.order_id,
        )


def allowed_signals(order: Order, now: int) -> tuple[SignalKind, ...]:
    """The signals that the order admits now and that can still have an effect."""
    if order.cancel_requested_at is not None:
        return ()
    in_time = order.approval_deadline is None or order.approval_deadline > now
    return tuple(
        kind
        for kind, rule in RULES.items()
        if order.stage in rule.stages
        and len(order.inbox) < rule.places
        and (in_time or not rule.closes_at_deadline)
    )
