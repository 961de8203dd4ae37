"""The approval loop: wait for the doorbell, then apply the pending signals."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import CustomerCapReached, InsufficientStock
from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import Order
from lambdas.domain.signals.application import CAP_REACHED, OUT_OF_STOCK, applies, apply_next
from lambdas.domain.steps.compensation import give_up
from lambdas.domain.steps.stock import release_refused_units
from lambdas.domain.steps.wait import expire, is_waiting, next_step
from lambdas.domain.task import Task


@activity
def await_signal(task: Task, deps: Dependencies) -> None:
    """Store the task token on the order, or ring at once if a signal is already pending or refused
    units must be released.

    The write is conditional on the record that was read. A signal that arrives in between makes the
    write fail; the retry then finds the signal and rings. So no signal is missed between the read
    and the wait. A delayed call of an earlier wait never replaces the token of a later one: it
    rings with its own token, for which no task waits.
    """
    token = task.token or ""

    def keep_token(order: Order, now: int) -> Change | None:
        if order.pending or order.refused_line or not is_waiting(order, now):
            return None
        if task.loops < order.wait_loops:
            return None
        return make_change(order, replace(order, wait_token=token, wait_loops=task.loops), now)

    order = deps.orders.change_in_epoch(task, keep_token)
    if order.wait_token != token:
        deps.engine.ring(token)


@activity
def apply_signals(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Apply every pending signal in sequence, then return the next step. Valid at every stage."""
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    order = _release_refused(task, deps, order)
    while applies(order):
        order = _release_refused(task, deps, _apply_one(task, deps, order))
    payment_timeout_ms = deps.settings.payment_timeout_seconds * 1000

    def end_in_time(order: Order, now: int) -> Change | None:
        return expire(order, now) or give_up(order, now, task.failure, payment_timeout_ms)

    order = deps.orders.change_in_epoch(task, end_in_time, seen=order)
    back_off = task.back_off_seconds if task.backed_off else 0
    return asdict(
        next_step(
            order,
            deps.clock.now(),
            deps.wait_policy,
            loops=task.loops + 1,
            back_off_seconds=back_off,
        )
    )


def _apply_one(task: Task, deps: Dependencies, seen: Order) -> Order:
    """Apply the oldest pending signal of `seen`, unless another attempt applied it first."""
    signal = seen.pending[0]
    prices = _prices(deps, signal.sku)

    def decide(order: Order, now: int, *, refusal: str | None = None) -> Change | None:
        if order.applied != seen.applied:
            return None
        return apply_next(order, now, prices, refusal=refusal)

    try:
        return deps.orders.change_in_epoch(task, decide, seen=seen)
    except (InsufficientStock, CustomerCapReached) as error:
        refusal = OUT_OF_STOCK if isinstance(error, InsufficientStock) else CAP_REACHED
        return deps.orders.change_in_epoch(task, partial(decide, refusal=refusal))


def _release_refused(task: Task, deps: Dependencies, seen: Order) -> Order:
    """Release what another service holds for a line that was refused, before the next signal."""
    return deps.orders.change_in_epoch(task, release_refused_units, seen=seen)


def _prices(deps: Dependencies, sku: str | None) -> Mapping[str, Price]:
    if sku is None:
        return {}
    return {found: level.price for found, level in deps.catalogue.stock([sku]).items()}
