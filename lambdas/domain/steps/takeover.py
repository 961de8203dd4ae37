"""Takeovers: a new execution (the next epoch) continues an order whose own execution ended."""

from dataclasses import replace
from typing import Any

from lambdas.domain.errors import NotResumable
from lambdas.domain.record.changes import Change, make_change, pause_ms
from lambdas.domain.record.order import Order

MAX_LOOPS = 200
"""Wake-ups after which a new execution continues the wait: the history of one execution holds at
most 25,000 events."""
REPORTED_FROM = 3
"""The number of consecutive takeovers from which the order is reported to operations."""
ROW_MS = 20 * 3_600_000
"""Takeovers further apart are not consecutive. It is longer than an execution whose steps keep
failing, about 3 hours and at most 16 (a test compares the two), and shorter than BANK_PAUSE_MS."""


def next_owner(order: Order, now: int) -> dict[str, Any]:
    """The fields that transfer the order to the next epoch, which has no token yet.

    `takeovers` counts consecutive ones. Continuing a wait after many wake-ups resets it.
    """
    return {
        "epoch": order.epoch + 1,
        "start_pending": True,
        "wait_token": None,
        "wait_loops": 0,
        "takeovers": order.takeovers + 1 if _in_a_row(order, now) else 1,
        "taken_over_at": now,
    }


def resume(order: Order, now: int) -> Change:
    """Continue the order in a new execution where its record stands; pending signals are kept."""
    event = ("execution-resumed", {"epoch": order.epoch + 1})
    return make_change(order, replace(order, **next_owner(order, now)), now, event)


def require_resumable(order: Order, *, stopped: bool = False) -> None:
    """Raise NotResumable for an order that does not continue: one that has ended, whose
    compensation has begun or will begin for an accepted cancel, or whose execution was `stopped` by
    a person.
    """
    if order.ended:
        why = f"the order is {order.stage} already"
    elif order.cancelling or order.resume == "compensate":
        why = "the order is being compensated"
    elif stopped:
        why = "a person stopped the execution: the janitor compensates the order"
    else:
        return
    raise NotResumable(why, order_id=order.order_id, stage=order.stage)


def next_takeover_at(order: Order) -> int:
    """When the order may be taken over again: at once the first time, then after pauses that
    double up to an hour. Epoch milliseconds.
    """
    if order.taken_over_at is None:
        return 0
    return order.taken_over_at + pause_ms(order.takeovers)


def _in_a_row(order: Order, now: int) -> bool:
    waited = order.wait_loops > MAX_LOOPS // 2
    return order.taken_over_at is not None and now < order.taken_over_at + ROW_MS and not waited
