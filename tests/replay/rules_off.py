"""Parts of the code, each with one rule of the protocol turned off; the others stay as they are.

Mutants that the simulation has anyway are taken from there: see `code_mutants`.
"""

from dataclasses import fields, replace
from functools import partial
from typing import Any

from lambdas.dependencies import Dependencies
from lambdas.domain.errors import PaymentDeclined, PaymentUnsettled
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.ledger import PAY, Effect, EffectState, effect_key, owes
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals import application
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps import compensation
from lambdas.domain.steps.compensation import begin_compensation, record_refund
from lambdas.domain.steps.payment import record_charge, recorded_reference
from lambdas.domain.steps.wait import NextStep, next_step
from lambdas.domain.task import Task
from tests.simulation.activities import STEPS
from tests.simulation.ports import Store
from tests.simulation.store import WatchedStore

FOR_EVER_SECONDS = 1_000_000
WAIT_MS = 900_000

_approve = application._approve
_append = WatchedStore.append_signal
_commit = Store.commit
_process_payment = STEPS["ProcessPayment"]


def append_if_awaited(
    store: WatchedStore, order_id: str, signal: Signal, now: int
) -> tuple[Order, bool]:
    """A signal goes to the waiting execution, or is lost; the caller gets 202."""
    order = store.get(order_id)
    return (order, True) if order.wait_token is None else _append(store, order_id, signal, now)


def wait_for_ever(order: Order, now: int, pace: Any, *, loops: int) -> NextStep:
    made = next_step(order, now, pace, loops=loops)
    tick, timeout = FOR_EVER_SECONDS, FOR_EVER_SECONDS + 1
    return replace(made, heartbeat_seconds=tick, timeout_seconds=timeout)


def expire_first(order: Order, now: int, prices: Any, *, out_of_stock: bool = False) -> Change:
    late = order.approval_deadline is not None and now >= order.approval_deadline
    if late and order.stage is Stage.AWAITING_APPROVAL:
        return begin_compensation(order, now, error="approval timeout", cancelled=True)
    return apply_next(order, now, prices, out_of_stock=out_of_stock)


def charge_or_decline(task: Task, deps: Dependencies) -> None:
    try:
        _process_payment(task, deps)
    except PaymentUnsettled:
        deps.orders.change_in_epoch(task, partial(record_refund, refunded_minor=0))
        raise PaymentDeclined("no answer") from None


def refund_then_void(task: Task, deps: Dependencies) -> None:
    def begin(order: Order, now: int) -> Change | None:
        if order.ended or order.stage is Stage.COMPENSATING:
            return None
        return begin_compensation(order, now, error=task.failure)

    order = deps.orders.change_in_epoch(task, begin)
    if order.ended or not owes(order.ledger, PAY):
        return
    reference = recorded_reference(order) or effect_key(PAY, task.order_id)
    found = _refund_what_is_there(deps.payments, task.order_id, reference)
    deps.payments.void(reference)
    deps.orders.change_in_epoch(task, partial(record_refund, refunded_minor=found), seen=order)


def _refund_what_is_there(payments: Any, order_id: str, reference: str) -> int:
    def refund() -> int:
        books = payments._world.payments
        book = books.payments.get(reference)
        if book is None or book.captured is None:
            return 0
        books.refund(effect_key("refund", order_id), reference, book.captured)
        return int(book.captured.amount_minor)

    return int(payments._cross("payments.refund", refund))


def stage_then_stock(store: Store, planned: Change) -> Order:
    after = _commit(store, replace(planned, stock=()))
    if planned.stock:
        shelves = store._world.inventory
        store._cross("store.commit", lambda: shelves.apply(planned.stock))
    return after


def write_blindly(store: WatchedStore, planned: Change) -> Order:
    """The changed fields are written over the current record, without a condition."""
    now = store.get(planned.before.order_id)
    changed = {
        field.name: getattr(planned.after, field.name)
        for field in fields(Order)
        if getattr(planned.after, field.name) != getattr(planned.before, field.name)
    }
    store.inventory.require(planned.stock, now.order_id)
    store.inventory.apply(planned.stock)
    after = replace(now, **{**changed, "sequence": now.sequence + 1})
    return store._write(after, planned.events)


def approve_without_intent(order: Order, now: int, signal: Signal) -> Change:
    made = _approve(order, now, signal)
    ledger = {name: effect for name, effect in made.after.ledger.items() if name != PAY}
    return replace(made, after=replace(made.after, ledger=ledger))


def charged_without_intent(order: Order, now: int) -> Change | None:
    if order.charged:
        return None
    effect = Effect(
        key=effect_key(PAY, order.order_id),
        state=EffectState.INTENT,
        at=now,
        amount_minor=order.total.amount_minor,
    )
    return _on(order, record_charge(order.with_effect(PAY, effect), now))


def charged_at_any_stage(order: Order, now: int) -> Change | None:
    return _on(order, record_charge(replace(order, stage=Stage.PAYMENT), now))


def keep_token_with_new_deadline(before: Order, after: Order, now: int) -> Change:
    return make_change(before, replace(after, approval_deadline=now + WAIT_MS), now)


def forget_pending(order: Order, now: int, **more: Any) -> Change:
    made = begin_compensation(order, now, **more)
    after = replace(made.after, applied=order.applied, outcomes=order.outcomes)
    return replace(made, after=after)


def close_whatever_the_stage(order: Order, now: int) -> Change | None:
    if order.ended:
        return None
    return _on(order, compensation.close(replace(order, stage=Stage.COMPENSATING), now))


def _on(order: Order, made: Change | None) -> Change | None:
    """The change as one of the order as it really is."""
    return None if made is None else replace(made, before=order)
