"""A change: one decision about an order, written as a whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage

CHECK_SOON_MS = 45_000
"""Shorter than the minute between two sweeps, so the next sweep checks the result of this one."""
MINUTE_MS = 60_000
"""Checks of resting orders are due at whole minutes, so that most writes do not change the time."""
BACKOFF_LIMIT_MS = 3_600_000
BANK_PAUSE_MS = 24 * BACKOFF_LIMIT_MS
"""The pause before a refund is tried again while a bank decides a dispute, which takes weeks."""


class StockMovement(StrEnum):
    """How units of a SKU move."""

    HOLD = "hold"
    """available -> held"""
    RELEASE = "release"
    """held -> available"""
    SELL = "sell"
    """held -> sold"""


@dataclass(frozen=True, slots=True)
class StockMove:
    """Moves units of one SKU within the inventory."""

    movement: StockMovement
    sku: str
    quantity: int


MAX_EVENTS = 1_000
"""Events of a timeline that are read: in one request, for an order has no limit of events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an order's timeline; `number` counts from 1 without gaps."""

    number: int
    at: int
    kind: str
    stage: str
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Replaces `before` by `after` if the record is still `before`, with events and stock."""

    before: Order
    after: Order
    events: tuple[Event, ...] = ()
    stock: tuple[StockMove, ...] = ()


def make_change(
    before: Order,
    after: Order,
    now: int,
    *events: tuple[str, Mapping[str, str | int]],
    stock: tuple[StockMove, ...] = (),
    event_stage: Stage | None = None,
    by_execution: bool = True,
) -> Change:
    """Make the change from `before` to `after`: next sequence, timeline events, next check.

    `events` are (kind, detail) pairs; `event_stage` is their stage if it differs from the order's.
    `by_execution`: the write shows that the order's execution was started.
    """
    numbered = tuple(
        Event(
            number=before.event_count + index,
            at=now,
            kind=kind,
            stage=event_stage or after.stage,
            detail=detail,
        )
        for index, (kind, detail) in enumerate(events, start=1)
    )
    written = replace(
        after,
        sequence=before.sequence + 1,
        event_count=before.event_count + len(numbered),
        updated_at=now,
        start_pending=after.start_pending and (after.epoch != before.epoch or not by_execution),
        signal_check_at=after.signal_check_at if after.pending else None,
        check_failures=0,
    )
    checked = replace(written, next_check_at=next_check(written, now))
    return Change(before=before, after=checked, events=numbered, stock=stock)


def pause_ms(repetition: int) -> int:
    """The pause before something is done again for the 1st, 2nd … time: it doubles to an hour."""
    return min(CHECK_SOON_MS << min(repetition, 7), BACKOFF_LIMIT_MS)


def check_pause_ms(failures: int) -> int:
    """The pause after a check that failed for the 1st, 2nd … time: it doubles to six minutes."""
    return CHECK_SOON_MS << min(max(failures - 1, 0), 3)


def next_check(order: Order, now: int) -> int:
    """When the janitor next checks an order without further writes. Epoch milliseconds.

    A stuck order is checked after a pause, which is longer during a dispute. A resting order is
    checked after the end of its wait, in case its execution missed it. A write never postpones the
    check of a pending signal. Any other check that is due soon keeps its time: a change would cost
    two writes of the index, a premature check costs one read.
    """
    if order.stuck and not order.notified:
        bank = BANK_PAUSE_MS if order.awaits_bank else 0
        return now + max(pause_ms(order.compensation_attempts), bank)
    if order.only_waits:
        after_deadline = max(now, order.wait_ends_at or 0) + CHECK_SOON_MS
        return -(-after_deadline // MINUTE_MS) * MINUTE_MS
    soon = now + CHECK_SOON_MS
    due = order.next_check_at if now < order.next_check_at < soon else soon
    return min(due, order.signal_check_at or due)
