"""Compensation: the stage in which the effects on the ledger are undone."""

from collections.abc import Iterator
from dataclasses import replace

from lambdas.domain.errors import GIVEN_UP
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import LOOK_UP_NOW, PAY, Effect, EffectState, unsettled_effects
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import BY_OPERATOR, CANCELLED
from lambdas.domain.record.signals import Outcome, Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.takeover import next_owner

FAILED_LOOK_UP_PAUSE_MS = 60_000
"""A round has about 30 events. After MAX_LOOPS waits the order continues in a new execution."""


def begin_compensation(
    order: Order,
    now: int,
    *,
    error: str,
    cancelled: bool = False,
    ended_by: Signal | None = None,
    next_epoch: bool = False,
) -> Change:
    """Start compensation. A pending cancel takes precedence over `error`.

    Every pending signal gets its outcome here: a cancel, and the signal `ended_by` that ends the
    order, are applied; the others are superseded. `next_epoch` transfers the order to a new
    execution (the janitor's takeover) and clears the `stuck` marks.
    """
    cancel = _cancel_reason(order)
    repeated = order.stage is Stage.COMPENSATING
    ledger = {
        name: _repeat(effect, error) if repeated else effect.for_next_attempt()
        for name, effect in order.ledger.items()
    }
    settled = {
        signal.signal_id: str(
            Outcome.APPLIED
            if signal.kind is SignalKind.CANCEL_ORDER or signal == ended_by
            else Outcome.SUPERSEDED
        )
        for signal in order.pending
    }
    after = replace(
        order,
        stage=Stage.COMPENSATING,
        cancelled=order.cancelled or cancelled or cancel is not None,
        last_error=order.last_error or (f"{CANCELLED}: {cancel}" if cancel is not None else error),
        applied=len(order.inbox),
        outcomes={**order.outcomes, **settled},
        ledger=ledger,
        **(next_owner(order, now) if next_epoch else {"start_pending": False, "wait_token": None}),
    )
    signals = [
        ("signal-settled", {"signal_id": s.signal_id, "signal": s.kind.value, "outcome": outcome})
        for s, outcome in zip(order.pending, settled.values(), strict=True)
    ]
    return make_change(order, after, now, *signals, *_compensation_events(order, after))


def _repeat(effect: Effect, reason: str) -> Effect:
    """The effect for a repeated compensation. After a report, or if an operator repeats it, it is
    not pending: a refund that the attempt finds pending has a new deadline, and an effect that it
    cannot undo is stuck.
    """
    is_anew = effect.look_up_at == LOOK_UP_NOW or reason == BY_OPERATOR
    return effect.for_next_attempt() if is_anew else replace(effect, stuck=False)


def give_up(order: Order, now: int, failure: str, timeout_ms: int) -> Change | None:
    """Start compensation of an approved order that the provider did not charge before the payment
    deadline. None before the deadline, and for every other failure: after a lost response the
    order may be charged, and an outage of AWS never ends an order. `failure` is the error of the
    last attempt.
    """
    if order.stage is not Stage.PAYMENT or not failure.startswith(GIVEN_UP):
        return None
    approved_at = order.ledger[PAY].at
    return None if now < approved_at + timeout_ms else begin_compensation(order, now, error=failure)


def may_compensate(order: Order) -> bool:
    """Whether a failed step may start compensation. Once the order is charged, only an accepted
    cancel can.
    """
    forward = not order.ended and order.stage is not Stage.COMPENSATING
    return forward and (not order.charged or order.cancelling)


def _compensation_events(order: Order, after: Order) -> Iterator[tuple[str, dict[str, str | int]]]:
    if order.stage is not Stage.COMPENSATING:
        yield ("compensation-started", {"reason": after.last_error or ""})
    elif _is_recorded(after.epoch - 1):
        yield ("compensation-resumed", {"epoch": after.epoch})


def _is_recorded(repetition: int) -> bool:
    """Whether the timeline shows the 1st, 2nd, 4th, 8th … repetition. Compensation is repeated
    without a limit while something cannot be undone; the timeline must not grow as fast.
    """
    return repetition & (repetition - 1) == 0


def _cancel_reason(order: Order) -> str | None:
    if order.cancel_requested_at is None:
        return None
    cancels = (s.reason for s in order.inbox if s.kind is SignalKind.CANCEL_ORDER)
    return next(cancels, None) or "no reason given"


def record_refund(
    order: Order, now: int, refunded_minor: int, *, lost_minor: int = 0
) -> Change | None:
    """Record that the payment key is closed and the captured amount is returned: `refunded_minor`
    by refunds of this system or of a person, `lost_minor` by lost disputes.
    """
    entry = order.ledger.get(PAY)
    if entry is None or entry.state is EffectState.UNDONE:
        return None
    undone = replace(entry.with_state(EffectState.UNDONE, now), refunded_minor=refunded_minor)
    after = replace(order.with_effect(PAY, undone), charged=False)
    kind = "payment-refunded" if refunded_minor or lost_minor else "payment-voided"
    return make_change(order, after, now, (kind, {"amount_minor": refunded_minor}))


def close(order: Order, now: int) -> Change | None:
    """End a compensated order. An effect that could not be undone keeps it open, marked as stuck.
    A look-up of a pending refund that is still due has failed: it is repeated after a pause.

    Returns None if the order has ended, waits for a refund, or if its compensation has not begun:
    the janitor then takes the order over.
    """
    if order.stage is not Stage.COMPENSATING:
        return None
    owed = unsettled_effects(order.ledger)
    if awaits_refund(order, now):
        return _pause_look_up(order, now)
    if owed:
        return _stuck(order, now, owed)
    stage = Stage.CANCELLED if order.cancelled else Stage.FAILED
    after = replace(order, stage=stage)
    detail = {
        "reason": after.last_error or "",
        "outcome": str(after.outcome),
        "reason_code": after.reason_code or "",
    }
    return make_change(order, after, now, (f"order-{stage}", detail))


def _pause_look_up(order: Order, now: int) -> Change | None:
    """Postpone a look-up that is due, also after a report; None if it is not due. Without the
    pause, an execution whose look-ups fail would loop until its history is full.
    """
    pending = order.settling
    if pending is None or (pending.look_up_at or 0) > now:
        return None
    deadline = pending.pending_until or now
    later = replace(pending, look_up_at=min(now + FAILED_LOOK_UP_PAUSE_MS, deadline))
    return make_change(order, order.with_effect(PAY, later), now)


def awaits_refund(order: Order, now: int) -> bool:
    """Whether only a pending payment or refund keeps the order open, before its deadline."""
    only_payment = unsettled_effects(order.ledger) == (PAY,)
    return only_payment and not order.stuck and now < (order.refund_pending_until or 0)


def _stuck(order: Order, now: int, owed: tuple[str, ...]) -> Change | None:
    """Mark the outstanding effects as stuck; None if they are marked."""
    if all(order.ledger[name].stuck for name in owed):
        return None
    marked = {name: replace(order.ledger[name], stuck=True) for name in owed}
    attempts = order.compensation_attempts + 1
    after = replace(order, ledger={**order.ledger, **marked}, compensation_attempts=attempts)
    if not _is_recorded(attempts):
        return make_change(order, after, now)
    detail: dict[str, str | int] = {"effects": ", ".join(owed), "attempts": attempts}
    return make_change(order, after, now, ("compensation-stuck", detail))
