"""The invariants, in words: of every state, of every write, and of every end."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from tests.model.decisions import LOST, OUTAGE
from tests.model.record import (
    APPLIED,
    APPROVE,
    CANCEL,
    CANCELLED,
    COMPENSATING,
    COMPLETED,
    DONE,
    EXPIRED,
    FAILED,
    SUPERSEDED,
    Order,
)
from tests.model.world import State

ALIVE = "an end stays reachable"
"""Liveness: once clients are quiet and faults stop, some way leads to an end. Checked by the
explorer, for every state."""


def _money(state: State) -> bool:
    books, order = state.provider, state.order
    kept = books.captured - books.refunded
    if order.stage == COMPLETED:
        return kept == order.revision == order.amount
    return kept == 0 if order.ended else kept >= 0


def _approved(state: State) -> bool:
    """Money moves only for the amount that the applied approval named."""
    order = state.order
    seen = [
        signal.revision
        for signal, outcome in zip(order.inbox, order.outcomes, strict=False)
        if (signal.kind, outcome) == (APPROVE, APPLIED)
    ]
    return not state.provider.captures or seen == [state.provider.captured]


def _stock(state: State) -> bool:
    order, stock = state.order, state.stock
    held = order.revision if order.reserve == DONE and not order.ended else 0
    sold = order.revision if order.stage == COMPLETED else 0
    return (stock.held, stock.sold) == (held, sold) and stock.available >= 0


def _once(state: State) -> bool:
    """The inbox holds accepted signals, none twice, in the order of their acceptance."""
    order = state.order
    numbers = [signal.number for signal in order.inbox]
    return all(a < b for a, b in pairwise(numbers)) and len(order.outcomes) <= len(numbers)


def _settled(state: State) -> bool:
    """At the end there are as many outcomes as there were 202s: one for each, see above."""
    return not state.order.ended or len(state.order.outcomes) == len(state.accepted)


def _cancel(state: State) -> bool:
    cancel = any(signal.kind == CANCEL for signal in state.accepted)
    return not cancel or state.order.stage not in (COMPLETED, FAILED)


def _in_time(state: State) -> bool:
    return state.order.last_error != EXPIRED or SUPERSEDED not in state.order.outcomes


OF_STATES: Mapping[str, Callable[[State], bool]] = {
    "one capture at most": lambda state: state.provider.captures <= 1,
    "kept money is the price of a completed order": _money,
    "captured is what the approver saw": _approved,
    "stock is held by open and sold by completed orders": _stock,
    "a cancel never ends completed": _cancel,
    "accepted signals are kept once": _once,
    "every accepted signal has its outcome at the end": _settled,
    "signals in time are applied before expiry": _in_time,
    "an order fails only for a valid reason": lambda state: (
        state.order.last_error not in (OUTAGE, LOST)
    ),
    "old epochs never write": lambda state: not state.stale_writes,
}


def _final(before: Order, after: Order) -> bool:
    def end(order: Order) -> tuple[object, ...]:
        return (order.stage, order.revision, order.pay, order.reserve, order.outcomes, order.epoch)

    return not before.ended or end(before) == end(after)


def _no_return(before: Order, after: Order) -> bool:
    turned = (COMPENSATING, CANCELLED, FAILED)
    return before.stage != COMPENSATING or after.stage in turned


def _only_added(before: Order, after: Order) -> bool:
    """Signals and outcomes are appended; no answer to a caller is revoked."""
    signals, outcomes = len(before.inbox), len(before.outcomes)
    return after.inbox[:signals] == before.inbox and after.outcomes[:outcomes] == before.outcomes


OF_WRITES: Mapping[str, Callable[[Order, Order], bool]] = {
    "ends are final": _final,
    "a compensated order does not continue": _no_return,
    "the deadline never moves": lambda b, a: not b.deadline or a.deadline == b.deadline,
    "outcomes stand": _only_added,
    "epoch and revision only rise": lambda b, a: a.epoch >= b.epoch and a.revision >= b.revision,
}


def broken_by_state(state: State) -> str | None:
    """The first invariant that does not hold in a state."""
    return next((name for name, holds in OF_STATES.items() if not holds(state)), None)


def broken_by_write(before: Order, after: Order) -> str | None:
    """The first invariant that a write breaks."""
    return next((name for name, holds in OF_WRITES.items() if not holds(before, after)), None)
