"""The approval loop: accepted signals are applied in order, one write each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from lambdas.domain.asking import next_mail_at
from lambdas.domain.changes import Change, StockMove, StockMovement, change
from lambdas.domain.compensating import begin_compensation
from lambdas.domain.ledger import PAY, Effect, EffectState, effect_key
from lambdas.domain.order import MAX_LINES, MAX_QUANTITY, Line, Order
from lambdas.domain.paying import GIVEN_UP
from lambdas.domain.signals import Outcome, Signal, SignalKind, rejected
from lambdas.domain.stages import BEFORE_RESERVE, Stage
from lambdas.domain.starting import Price
from lambdas.domain.takeovers import MAX_LOOPS

MAIL_AGAIN_SECONDS = 300
"""A mail to the approver that could not be sent is tried again so much later."""


EXPIRED = "approval timeout"


class Decision(StrEnum):
    """What the state machine does next."""

    WAIT = "wait"
    REMIND = "remind"
    PAY = "pay"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    START = "start"
    CONTINUE = "continue"
    """in a new execution"""
    COMPENSATE = "compensate"
    EXPIRE = "expire"
    GIVE_UP = "give-up"
    """the payment"""


_FORWARD = {
    **dict.fromkeys(BEFORE_RESERVE, Decision.START),
    Stage.PAYMENT: Decision.PAY,
    Stage.STATUS_UPDATE: Decision.COMPLETE,
    Stage.COMPLETED: Decision.CONFIRM,
}


def applies(order: Order) -> bool:
    """True while a pending signal can be applied: before the wait begins, only a cancel is."""
    return bool(order.pending) and (order.cancelling or order.stage not in BEFORE_RESERVE)


def apply_next(
    order: Order, now: int, prices: Mapping[str, Price], *, out_of_stock: bool = False
) -> Change:
    """Apply the oldest pending signal. `prices` holds today's price of the SKU it adds, if any;
    `out_of_stock` says that holding the units was tried and refused.
    """
    signal = order.pending[0]
    if signal.kind is SignalKind.CANCEL_ORDER and order.stage is not Stage.COMPENSATING:
        return begin_compensation(order, now, error="")
    if order.cancelling or order.stage is not Stage.AWAITING_APPROVAL:
        return _settle(order, now, signal, Outcome.SUPERSEDED)
    if signal.kind is SignalKind.APPROVE_PAYMENT:
        return _approve(order, now, signal)
    if out_of_stock:
        return _settle(order, now, signal, rejected("insufficient stock"))
    return _add_line(order, now, signal, prices)


def _approve(order: Order, now: int, signal: Signal) -> Change:
    """Freeze the amount that the approver saw as a payment intent; else the approval is stale. Who
    added a line after the approval was admitted may still not approve it.
    """
    if signal.revision != order.revision:
        return _settle(order, now, signal, Outcome.STALE)
    if order.asked_for_by(signal.actor):
        return _settle(order, now, signal, rejected("nobody approves their own order"))
    amount = order.total.amount_minor
    intent = Effect(
        key=effect_key(PAY, order.order_id), state=EffectState.INTENT, at=now, amount_minor=amount
    )
    approved = replace(
        order.with_effect(PAY, intent),
        stage=Stage.PAYMENT,
        payment_approved=True,
        approved_by=signal.actor,
    )
    return _settle(order, now, signal, Outcome.APPLIED, after=approved)


def _add_line(order: Order, now: int, signal: Signal, prices: Mapping[str, Price]) -> Change:
    sku, quantity = signal.sku or "", signal.quantity or 0
    refusal = _refusal(order, sku, quantity, prices.get(sku))
    if refusal is not None:
        return _settle(order, now, signal, rejected(refusal))
    grown = replace(
        order, items=_with_units(order, sku, quantity, prices), revision=order.revision + 1
    )
    move = StockMove(StockMovement.HOLD, sku, quantity)
    return _settle(order, now, signal, Outcome.APPLIED, after=grown, stock=(move,))


def _refusal(order: Order, sku: str, quantity: int, price: Price | None) -> str | None:
    line = order.line(sku)
    if price is None:
        return "unknown SKU"
    if price.currency != order.currency:
        return f"priced in {price.currency}, the order is in {order.currency}"
    if line is None and len(order.items) >= MAX_LINES:
        return f"more than {MAX_LINES} distinct SKUs"
    if (line.quantity if line else 0) + quantity > MAX_QUANTITY:
        return f"more than {MAX_QUANTITY} units of one SKU"
    return None


def _with_units(
    order: Order, sku: str, quantity: int, prices: Mapping[str, Price]
) -> tuple[Line, ...]:
    """The lines with more units of a SKU; a line keeps the price that it was quoted at."""
    if order.line(sku) is None:
        price = prices[sku].unit_price_minor
        return (*order.items, Line(sku=sku, quantity=quantity, unit_price_minor=price))
    return tuple(
        replace(line, quantity=line.quantity + quantity) if line.sku == sku else line
        for line in order.items
    )


def _settle(
    order: Order,
    now: int,
    signal: Signal,
    outcome: str,
    *,
    after: Order | None = None,
    stock: tuple[StockMove, ...] = (),
) -> Change:
    settled = replace(
        after or order,
        applied=order.applied + 1,
        outcomes={**order.outcomes, signal.signal_id: str(outcome)},
    )
    told = {"signal_id": signal.signal_id, "signal": signal.kind.value, "outcome": str(outcome)}
    return change(order, settled, now, ("signal-settled", told), stock=stock)


def expire(order: Order, now: int) -> Change | None:
    """End the wait if its time is over: nothing is pending and the deadline has passed."""
    if order.stage is not Stage.AWAITING_APPROVAL or order.pending:
        return None
    if order.approval_deadline is None or now < order.approval_deadline:
        return None
    return begin_compensation(order, now, error=EXPIRED, cancelled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What the state machine needs to take its next step: ids and counters only.
    `back_off_seconds` is the last pause after a failed step; the next one is longer.
    """

    decision: Decision
    heartbeat_seconds: int
    timeout_seconds: int
    loops: int
    back_off_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a wait lasts and how often it looks up, in seconds; whether mails go out."""

    approval_timeout_seconds: int
    heartbeat_seconds: int
    asks_by_mail: bool

    @property
    def mailed_wait_ms(self) -> int:
        """The whole wait, 0 when nobody is asked by mail."""
        return self.approval_timeout_seconds * 1000 if self.asks_by_mail else 0


def next_step(order: Order, now: int, pace: Pace, *, loops: int, back_off_seconds: int = 0) -> Next:
    """Read the next step off the order, and how long to wait if it is to wait.

    The wait may last until just after the deadline, so that the wake-up finds it passed; the tick
    is always shorter than the wait, as Step Functions demands, and ends when a mail is due.
    """
    deadline = order.approval_deadline if order.stage is Stage.AWAITING_APPROVAL else None
    left = _seconds(max(0, (deadline or now) - now))
    mail_at = next_mail_at(order, pace.mailed_wait_ms)
    tick = min(pace.heartbeat_seconds, left)
    mail_is_due = mail_at is not None and mail_at <= now
    if mail_at is not None:
        tick = min(tick, MAIL_AGAIN_SECONDS if mail_is_due else _seconds(mail_at - now))
    return Next(
        decision=_decision(order, loops, mail_is_due=mail_is_due),
        heartbeat_seconds=tick,
        timeout_seconds=left + 1,
        loops=loops,
        back_off_seconds=back_off_seconds,
    )


def _seconds(milliseconds: int) -> int:
    """Whole seconds, rounded up, at least one."""
    return max(1, -(-milliseconds // 1000))


def _decision(order: Order, loops: int, *, mail_is_due: bool) -> Decision:
    if order.stage is Stage.AWAITING_APPROVAL:
        waits = Decision.REMIND if mail_is_due else Decision.WAIT
        return Decision.CONTINUE if loops > MAX_LOOPS else waits
    if order.stage in _FORWARD and not order.cancelling:
        return _FORWARD[order.stage]
    if order.last_error == EXPIRED:
        return Decision.EXPIRE
    given_up = (order.last_error or "").startswith(GIVEN_UP)
    return Decision.GIVE_UP if given_up else Decision.COMPENSATE
