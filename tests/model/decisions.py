"""Every decision about an order, under the names that `lambdas/domain` uses.

Each takes the record that was read and returns the change to write, or None when there is nothing
to do; a permanent error is `Refused`.
"""

from tests.model.record import (
    APPLIED,
    APPROVE,
    AWAITING,
    CANCEL,
    CANCELLED,
    COMPENSATING,
    COMPLETED,
    DECLINE,
    DECLINED,
    DONE,
    EXPIRED,
    FAILED,
    INTENT,
    PAYING,
    PAYMENT,
    REJECTED,
    RESERVE,
    STALE,
    STATUS_UPDATE,
    SUPERSEDED,
    UNDONE,
    Change,
    Order,
    Refused,
    Signal,
    change,
)
from tests.model.rules import Rules

OUTAGE, LOST = "something was down for a while", "the execution was lost"
"""No reasons to end an order."""


def require_forward(order: Order, stages: frozenset[str], *, cancel_stops: bool = True) -> None:
    """Refuse a forward step of an order that is cancelled or stands elsewhere."""
    if order.cancel_requested and cancel_stops:
        raise Refused("OrderCancelled")
    if order.stage not in stages:
        raise Refused("OrderMovedOn")


def reserve(order: Order) -> Change | None:
    """ReserveStock: hold the units, begin the wait, set the deadline."""
    if order.reserve == DONE:
        return None
    require_forward(order, frozenset({RESERVE}))
    return change(order, "hold", order.revision, stage=AWAITING, reserve=DONE, deadline=1)


def keep_token(order: Order, rules: Rules, *, live: bool) -> Change | None:
    """AwaitSignal: leave the token unless there is something to do already."""
    if order.pending or order.stage != AWAITING:
        return None
    deadline = order.deadline if rules.deadline_set_once else order.deadline + 1
    return change(order, token=live, deadline=deadline)


def applies(order: Order) -> bool:
    """Before the wait begins, only a cancel is applied."""
    return bool(order.pending) and (order.cancel_requested or order.stage != RESERVE)


def apply_next(order: Order, rules: Rules, *, out_of_stock: bool) -> Change | None:
    """ApplySignals: apply the oldest pending signal."""
    if not applies(order):
        return None
    signal = order.pending[0]
    if signal.kind == CANCEL and order.stage != COMPENSATING:
        return begin_compensation(order, rules)
    if order.cancel_requested or order.stage != AWAITING:
        return _settle(order, SUPERSEDED)
    if signal.kind == DECLINE:
        return begin_compensation(order, rules, error=DECLINED, ended_by=signal)
    if signal.kind == APPROVE:
        return _approve(order, signal, rules)
    if out_of_stock:
        return _settle(order, REJECTED)
    return _settle(order, APPLIED, "hold", 1, revision=order.revision + 1)


def _approve(order: Order, signal: Signal, rules: Rules) -> Change:
    if signal.revision != order.revision and rules.approval_names_revision:
        return _settle(order, STALE)
    pay = INTENT if rules.intent_before_charge else ""
    return _settle(order, APPLIED, stage=PAYMENT, pay=pay, amount=order.revision)


def _settle(order: Order, outcome: str, move: str = "", units: int = 0, **more: object) -> Change:
    return change(order, move, units, outcomes=(*order.outcomes, outcome), **more)


def expire(order: Order, rules: Rules, *, late: bool) -> Change | None:
    """ApplySignals: end the wait when its time is over and nothing is pending."""
    pending = order.pending and rules.applied_before_expiry
    if order.stage != AWAITING or pending or not late:
        return None
    return begin_compensation(order, rules, error=EXPIRED)


def decision(order: Order) -> str:
    """The decision that ApplySignals returns to the state machine."""
    if order.stage == AWAITING:
        return "wait"
    forward = {RESERVE: "start", PAYMENT: "pay", STATUS_UPDATE: "complete", COMPLETED: "confirm"}
    return "compensate" if order.cancel_requested else forward.get(order.stage, "compensate")


def prepared(order: Order, rules: Rules) -> Change | None:
    """ProcessPayment: record the reference of the payment that was just prepared."""
    if order.pay == DONE:
        return None
    require_forward(order, PAYING)
    recorded = order.reference or not (rules.reference_recorded and rules.intent_before_charge)
    return None if recorded else change(order, reference=True)


def charged(order: Order, rules: Rules) -> Change | None:
    """ProcessPayment: record the capture, also when a cancel is pending."""
    if order.pay == DONE:
        return None
    if order.stage not in PAYING and rules.charge_recorded_only_while_paying:
        raise Refused("OrderMovedOn")
    return change(order, pay=DONE, stage=STATUS_UPDATE)


def complete(order: Order, rules: Rules) -> Change | None:
    """UpdateOrderStatus: the write that excludes the acceptance of a cancel."""
    if order.stage == COMPLETED:
        return None
    stages = frozenset({STATUS_UPDATE})
    require_forward(order, stages, cancel_stops=rules.cancel_checked_at_completion)
    if order.pay != DONE or order.reserve != DONE:
        raise Refused("OrderMovedOn")
    return change(order, "sell", order.revision, stage=COMPLETED)


def begin_compensation(
    order: Order,
    rules: Rules,
    *,
    error: str = "",
    ended_by: Signal | None = None,
    next_epoch: bool = False,
) -> Change:
    """Turn the order back and give every pending signal its outcome."""
    settled = tuple(
        APPLIED if s.kind == CANCEL or s == ended_by else SUPERSEDED for s in order.pending
    )
    cancel = order.cancel_requested
    return change(
        order,
        stage=COMPENSATING,
        cancelled=order.cancelled or error in (EXPIRED, DECLINED) or cancel,
        last_error=order.last_error or ("cancelled" if cancel else error or "a step failed"),
        outcomes=order.outcomes + (settled if rules.pending_settled_by_compensation else ()),
        token=False,
        epoch=order.epoch + int(next_epoch),
        start_pending=next_epoch,
    )


def begin(order: Order, rules: Rules, *, outage: bool) -> Change | None:
    """RefundPayment: enter compensation, unless that was done before or the order ended, or is
    charged and not cancelled.
    """
    charged = order.pay == DONE and not order.cancel_requested
    if order.ended or order.stage == COMPENSATING or charged:
        return None
    return begin_compensation(order, rules, error=OUTAGE if outage else "")


def refunded(order: Order) -> Change | None:
    """RefundPayment: record that the payment is voided and its capture refunded."""
    return change(order, pay=UNDONE) if "pay" in order.owes else None


def release(order: Order) -> Change | None:
    """ReleaseStock: give back what the order holds."""
    if order.stage != COMPENSATING or "reserve" not in order.owes:
        return None
    return change(order, "release", order.revision, reserve=UNDONE)


def close(order: Order, rules: Rules) -> Change | None:
    """CloseOrder: end a compensated order; a debt keeps it open for the janitor."""
    compensated = order.stage == COMPENSATING or not rules.only_compensated_orders_closed
    if order.ended or not compensated or (order.owes and rules.debts_keep_order_open):
        return None
    return change(order, stage=CANCELLED if order.cancelled else FAILED)


def take_over(order: Order, seen_epoch: int, rules: Rules, *, by_person: bool) -> Change | None:
    """The janitor: the next epoch compensates where a person stopped the execution, or where that
    was decided before; else it continues.
    """
    if order.ended or order.epoch != seen_epoch:
        return None
    turned = order.cancel_requested or order.stage == COMPENSATING
    if by_person or turned or not rules.lost_executions_resumed:
        error = "the execution stopped" if by_person else LOST
        return begin_compensation(order, rules, error=error, next_epoch=True)
    return change(order, token=False, epoch=order.epoch + 1, start_pending=True)
