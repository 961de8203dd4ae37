"""Random operations on an order store, independent of its implementation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from lambdas.domain.errors import OrderError
from lambdas.domain.record.changes import StockMove, StockMovement, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.start import IdempotencyKey
from tests.adapters.store.stores import StoreUnderTest
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal, an_order
from tests.support.fakes.fake_clock import NOW

SKUS = ("MUG-RED", "RARE-1")
ORDERS = 4
ABSENT = "01KDVDNH009999999999999999"

Operation = Callable[["StoreSession"], Any]


@dataclass(slots=True)
class StoreSession:
    """One store, with the orders as they were when each operation began to use them."""

    under: StoreUnderTest
    orders: list[Order]

    def newest(self, index: int) -> Order:
        """The order as it is stored, or as it would be placed."""
        order = self.orders[index]
        try:
            return self.under.store.get(order.order_id)
        except OrderError:
            return order


def some_orders() -> list[Order]:
    """The orders of a sequence of operations, not yet placed."""
    return [an_order(Stage.START, customer_id=("alice", "bob")[i % 2]) for i in range(ORDERS)]


def answer(operation: Operation, session: StoreSession) -> object:
    """Return the answer of an operation, or the type of its error."""
    try:
        return operation(session)
    except OrderError as refusal:
        return type(refusal).__name__


def _create(index: int, body: int) -> Operation:
    """Two orders share a key: the second one is the draft of a repeated request."""
    key = f"k{index % (ORDERS // 2)}"
    named = IdempotencyKey(principal="alice", key=key, fingerprint=f"f{body}")
    return lambda session: session.under.store.create(session.orders[index], (), named)


def _commit(
    index: int, stage: Stage, moves: list[tuple[StockMovement, str, int]], stale: bool, later: int
) -> Operation:
    """A stage change with stock moves; a stale one is computed from the placed order."""

    def commit(session: StoreSession) -> Order:
        before = session.orders[index] if stale else session.newest(index)
        after = replace(before, stage=stage, approval_deadline=NOW + APPROVAL_TIMEOUT_MS)
        stock = tuple(StockMove(*move) for move in moves)
        written = make_change(before, after, NOW + later, ("noted", {"n": later}), stock=stock)
        return session.under.store.commit(written)

    return commit


def _append(index: int, kind: SignalKind, name: int, reason: int, at: int) -> Operation:
    signal: Signal = a_signal(kind, signal_id=f"s{name}")
    if kind is SignalKind.CANCEL_ORDER:
        signal = replace(signal, reason=f"reason {reason}")
    return lambda p: p.under.store.append_signal(p.orders[index].order_id, signal, NOW + at)


def _page(stage: Stage | None, customer: str | None, limit: int, cursor: int | None) -> Operation:
    def page(session: StoreSession) -> object:
        after = None if cursor is None else session.orders[cursor].order_id
        return session.under.index.page(
            stage=stage, customer_id=customer, limit=limit, cursor=after
        )

    return page


_index = st.integers(0, ORDERS - 1)
_stage = st.sampled_from([s for s in Stage if s is not Stage.NOTIFY])
_moves = st.lists(
    st.tuples(st.sampled_from(StockMovement), st.sampled_from(SKUS), st.integers(1, 3)),
    max_size=2,
    unique_by=lambda move: move[1],
)
_when = st.sampled_from((0, 1_000, APPROVAL_TIMEOUT_MS - 1, APPROVAL_TIMEOUT_MS + 1))

operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(_create, _index, st.integers(0, 1)),
    st.builds(_create, _index, st.just(0)),
    st.builds(_commit, _index, _stage, _moves, st.booleans(), _when),
    st.builds(_commit, _index, st.just(Stage.AWAITING_APPROVAL), _moves, st.just(False), _when),
    st.builds(
        _append, _index, st.sampled_from(SignalKind), st.integers(0, 2), st.integers(0, 1), _when
    ),
    st.builds(
        _page,
        st.none() | _stage,
        st.sampled_from((None, "alice", "bob")),
        st.integers(1, 3),
        st.none() | _index,
    ),
    st.just(lambda p: p.under.store.get(ABSENT)),
    st.builds(lambda i: lambda p: p.under.store.timeline(p.orders[i].order_id), _index),
    st.builds(lambda at: lambda p: p.under.index.due(NOW + at, 10), _when),
    st.builds(
        lambda customer, most: lambda p: p.under.index.counts(customer_id=customer, at_most=most),
        st.sampled_from((None, "alice")),
        st.sampled_from((1, 9)),
    ),
    st.just(lambda p: p.under.index.open_versions(at_most=9)),
)


def refused_operations() -> list[Operation]:
    """A sequence that contains every refusal, so that no run depends on drawing them."""
    waiting = Stage.AWAITING_APPROVAL
    return [
        lambda session: session.under.store.get(ABSENT),
        _create(0, 0),
        _create(0, 1),
        _commit(0, waiting, [(StockMovement.RELEASE, SKUS[0], 3)], stale=False, later=0),
        _commit(0, waiting, [(StockMovement.HOLD, SKUS[0], 3)], stale=False, later=0),
        _commit(0, waiting, [(StockMovement.HOLD, SKUS[0], 1)], stale=False, later=0),
        _commit(0, waiting, [], stale=True, later=0),
    ]
