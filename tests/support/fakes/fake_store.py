"""The orders table in memory: an OrderStore and OrderIndex with the real one's conditions."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import RLock

from lambdas.adapters.orders.dynamodb_problems import Place
from lambdas.domain.errors import (
    CustomerCapReached,
    IdempotencyMismatch,
    InvalidRequest,
    OrderNotFound,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.order_lists import Count, OpenVersions, Overdue, Page
from lambdas.domain.ports import OrderIndex, OrderStore
from lambdas.domain.record.changes import CHECK_SOON_MS, MAX_EVENTS, Change, Event, check_pause_ms
from lambdas.domain.record.ledger import PaymentProblem, payment_problems
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.record.usage import CustomerCaps, Usage
from lambdas.domain.steps.start import IdempotencyKey
from tests.support.fakes.fake_directories import FakeInventory

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


class FakeOrders(OrderStore, OrderIndex):
    """Every write is all or nothing, under the condition that DynamoDB would check.

    `before_write` holds actions that run just before the next writes, one for each write: a test
    uses them for concurrent writers. `unavailable` makes every call fail.
    """

    def __init__(self, inventory: FakeInventory | None = None) -> None:
        self.inventory = inventory or FakeInventory()
        self.caps = CustomerCaps()
        self.before_write: list[Callable[[], object]] = []
        self.unavailable = False
        self.reads = self.writes = 0
        self._orders: dict[str, Order] = {}
        self._events: dict[tuple[str, int], Event] = {}
        self._keys: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = RLock()

    def put(self, *orders: Order) -> None:
        """Arrange orders as they are, without conditions, timeline or stock."""
        self._orders |= {order.order_id: order for order in orders}

    def put_event(self, order_id: str, event: Event) -> None:
        """Arrange one event of a timeline."""
        self._events[order_id, event.number] = event

    def get(self, order_id: str) -> Order:
        self._answer()
        self.reads += 1
        if order_id not in self._orders:
            raise OrderNotFound("there is no such order", order_id=order_id)
        return self._orders[order_id]

    def create(self, order: Order, events: Sequence[Event], key: IdempotencyKey) -> Order:
        self._meanwhile()
        with self._lock:
            known = self._keys.get((key.principal, key.key))
            if known is None:
                order = replace(order, counted=True) if self.caps.active else order
                self._require_room(None, order)
                self._keys[key.principal, key.key] = (key.fingerprint, order.order_id)
                return self._write(order, events)
        return self._order_of(known, key)

    def find_by_key(self, key: IdempotencyKey) -> Order | None:
        self._answer()
        known = self._keys.get((key.principal, key.key))
        return None if known is None else self._order_of(known, key)

    def _order_of(self, known: tuple[str, str], key: IdempotencyKey) -> Order:
        fingerprint, order_id = known
        if fingerprint != key.fingerprint:
            raise IdempotencyMismatch("this Idempotency-Key was used with another body")
        return self.get(order_id)

    def commit(self, change: Change) -> Order:
        self._meanwhile()
        before = change.before
        with self._lock:
            current = self._orders.get(before.order_id)
            read = (before.sequence, before.epoch)
            if current is None or (current.sequence, current.epoch) != read:
                raise StoreConflict("the record changed meanwhile", order_id=before.order_id)
            self._require_room(before, change.after)
            self.inventory.require(change.stock, before.order_id)
            self.inventory.apply(change.stock)
            return self._write(change.after, change.events)

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        self._meanwhile()
        with self._lock:
            order = self.get(order_id)
            if not _admits(order, signal, now):
                return order, False
            return self._write(_with_signal(order, signal, now), ()), True

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        self._answer()
        mine = [event for (of, _), event in sorted(self._events.items()) if of == order_id]
        return tuple(mine[-MAX_EVENTS:])

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        self._answer()
        if cursor is not None and not _ULID.fullmatch(cursor):
            raise InvalidRequest("the cursor is not one that a list of orders returned")
        found = [
            order
            for _, order in sorted(self._orders.items(), reverse=True)
            if (stage is None or order.stage is stage)
            and (customer_id is None or order.customer_id == customer_id)
            and (cursor is None or order.order_id < cursor)
        ]
        more = len(found) > limit
        return Page(tuple(found[:limit]), found[limit - 1].order_id if more else None)

    def with_problem(self, problem: PaymentProblem, *, limit: int, cursor: str | None) -> Page:
        self._answer()
        after = None if cursor is None else Place.parse(cursor)
        found = sorted(
            (
                (Place(order.next_check_at, order.order_id), order)
                for order in self._orders.values()
                if order.ended and problem in payment_problems(order.ledger)
            ),
            reverse=True,
        )
        shown = [(place, order) for place, order in found if after is None or place < after]
        more = len(shown) > limit
        orders = tuple(order for _, order in shown[:limit])
        return Page(orders, str(shown[limit - 1][0]) if more else None)

    def counts(self, *, customer_id: str | None, at_most: int) -> Mapping[Stage, Count]:
        self._answer()
        found = Counter(
            order.stage
            for order in self._orders.values()
            if customer_id in (None, order.customer_id)
        )
        return {
            stage: Count(min(found[stage], at_most), exact=found[stage] <= at_most)
            for stage in Stage
            if stage is not Stage.NOTIFY
        }

    def open_versions(self, *, at_most: int) -> OpenVersions:
        self._answer()
        still_open = [order for order in self._orders.values() if not order.ended]
        found = {order.order_id: (order.stage, order.version) for order in still_open[:at_most]}
        return OpenVersions.count(found, complete=len(still_open) <= at_most)

    def due(self, now: int, limit: int) -> Overdue:
        self._answer()
        overdue = sorted(
            (order.only_waits, order.next_check_at, order.order_id)
            for order in self._orders.values()
            if not order.ended and order.next_check_at <= now
        )
        ids = tuple(order_id for *_, order_id in overdue[:limit])
        return Overdue(ids, min((at for _, at, _ in overdue), default=None))

    def postpone(self, order_id: str, now: int, *, back_off: bool) -> None:
        self._answer()
        order = self._orders[order_id]
        failures = order.check_failures + 1
        at = now + check_pause_ms(failures if back_off else 1)
        counted = replace(order, sequence=order.sequence + 1, check_failures=failures)
        self._write(counted, ())
        self._write(replace(counted, sequence=counted.sequence + 1, next_check_at=at), ())

    def _require_room(self, before: Order | None, after: Order) -> None:
        room = self.caps.room_for(Usage.of(after) - Usage.of(before))
        orders = (
            order for order in self._orders.values() if order.customer_id == after.customer_id
        )
        used = sum(map(Usage.of, orders), Usage())
        if used.orders > room.orders or used.units > room.units:
            raise CustomerCapReached(
                f"the customer reached the limit of {self.caps}", order_id=after.order_id
            )

    def _write(self, order: Order, events: Sequence[Event]) -> Order:
        numbered = {(order.order_id, event.number): event for event in events}
        if self._events.keys() & numbered.keys():
            raise StoreConflict("the event was written before", order_id=order.order_id)
        self._events |= numbered
        self._orders[order.order_id] = order
        self.writes += 1
        return order

    def _meanwhile(self) -> None:
        self._answer()
        if self.before_write:
            self.before_write.pop(0)()

    def _answer(self) -> None:
        if self.unavailable:
            raise StoreUnavailable("the store is unavailable (set by the test)")


def _admits(order: Order, signal: Signal, now: int) -> bool:
    deadline = order.approval_deadline
    in_time = deadline is None or deadline > now or not signal.rule.closes_at_deadline
    known = order.signal(signal.signal_id) is not None
    has_room = len(order.inbox) < signal.rule.places
    return order.stage in signal.rule.stages and in_time and has_room and not known


def _with_signal(order: Order, signal: Signal, now: int) -> Order:
    check_at = order.signal_check_at or now + CHECK_SOON_MS
    cancels = signal.kind is SignalKind.CANCEL_ORDER and order.cancel_requested_at is None
    return replace(
        order,
        inbox=(*order.inbox, signal),
        sequence=order.sequence + 1,
        updated_at=now,
        next_check_at=check_at,
        signal_check_at=check_at,
        cancel_requested_at=now if cancels else order.cancel_requested_at,
    )
