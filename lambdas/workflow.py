"""The application surface: start, signal, heartbeat, query, list.

A signal is durable as soon as it is accepted; waking the execution is only a courtesy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lambdas.domain.admission import allowed_signals, refuse_unless_repeated
from lambdas.domain.changes import Change, Event, change
from lambdas.domain.commits import Orders
from lambdas.domain.errors import (
    EngineUnavailable,
    InvalidRequest,
    OrderError,
    SignalNotAdmitted,
    SignalNotFound,
)
from lambdas.domain.order import Order
from lambdas.domain.ports import (
    Catalogue,
    Clock,
    CustomerDirectory,
    IdempotencyKey,
    OrderIndex,
    OrderStore,
    Page,
    WorkflowEngine,
)
from lambdas.domain.signals import Signal, SignalKind
from lambdas.domain.stages import Stage
from lambdas.domain.starting import StartRequest, merged, new_order

OUTCOME_POLL_SECONDS = 0.25
LOOKED_AT_MOST_EVERY_MS = 60_000
"""SendTaskHeartbeat allows 500 calls a second an account; once a minute an order is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWorkflow:
    """What a caller may do with orders. `new_id` makes ULIDs; `report` hears of what was survived
    (an error that the janitor will mend).
    """

    store: OrderStore
    index: OrderIndex
    engine: WorkflowEngine
    catalogue: Catalogue
    customers: CustomerDirectory
    clock: Clock
    orders: Orders
    new_id: Callable[[], str]
    report: Callable[[OrderError], None]
    heartbeat_seconds: int

    def start(self, request: StartRequest, key: IdempotencyKey) -> tuple[Order, bool]:
        """Place an order and start its execution; returns it and whether it is new.

        The order is safe once it is written: a start that fails here is repeated by the janitor.
        Raises InvalidRequest (unknown SKU, customer, limits), IdempotencyMismatch.
        """
        made, is_new = self._made(request, key)
        if made.start_pending:
            self._survive(partial(self.engine.start, made))
        return made, is_new

    def signal(self, order_id: str, signal: Signal) -> Order:
        """Accept a signal durably, then ring. Accepting the same signal again changes nothing.

        Raises OrderNotFound, SignalNotAdmitted, IdempotencyMismatch, InboxFull, and NotAllowed
        where the requester would approve their own order.
        """
        order = self.orders.repeat(lambda: self._append(order_id, signal))
        if signal.signal_id not in order.outcomes and order.wait_token is not None:
            self._survive(partial(self.engine.ring, order.wait_token))
        return order

    def heartbeat(self, order_id: str) -> None:
        """A person looks at the order: begin the tick anew, at most once a minute.

        The tick is a safety net, so it is never put off while a signal waits to be applied: then
        this rings instead. Raises OrderNotFound, SignalNotAdmitted when the order does not wait
        for approval (any more).
        """
        before = self.orders.get(order_id)
        takes = allowed_signals(before, self.clock.now())
        if before.stage is not Stage.AWAITING_APPROVAL or SignalKind.APPROVE_PAYMENT not in takes:
            raise SignalNotAdmitted(
                "the order does not wait for approval", order_id=order_id, stage=before.stage
            )
        after = self.orders.change(order_id, self._looked_at, seen=before)
        if after.wait_token is None:
            return
        if after.pending:
            self._survive(partial(self.engine.ring, after.wait_token))
        elif after.looked_at != before.looked_at:
            self._survive(partial(self.engine.extend_wait, after.wait_token))

    def get_status(self, order_id: str) -> Order:
        """The order as it is now; never waits, never writes. Raises OrderNotFound."""
        return self.orders.get(order_id)

    def get_signal(self, order_id: str, signal_id: str, wait_seconds: float = 0.0) -> Order:
        """The order once the signal has its outcome, or after `wait_seconds` without one.

        Raises OrderNotFound, SignalNotFound.
        """
        until = self.clock.now() + int(wait_seconds * 1000)
        while True:
            order = self.orders.get(order_id)
            if order.signal(signal_id) is None:
                raise SignalNotFound("the order has no such signal", order_id=order_id)
            if signal_id in order.outcomes or self.clock.now() >= until:
                return order
            self.clock.sleep(OUTCOME_POLL_SECONDS)

    def timeline(self, order_id: str) -> Sequence[Event]:
        """What happened to the order, oldest first; at most the newest MAX_EVENTS events."""
        return self.store.timeline(order_id)

    def list_orders(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        """Orders newest first (eventually consistent)."""
        return self.index.page(stage=stage, customer_id=customer_id, limit=limit, cursor=cursor)

    def _made(self, request: StartRequest, key: IdempotencyKey) -> tuple[Order, bool]:
        """The order of this key: a new one, or the one made before, though it could not be made
        today (a SKU was withdrawn, say).
        """
        try:
            draft = self._drafted(request)
        except InvalidRequest:
            before = self.store.made_before(key)
            if before is None:
                raise
            return before, False
        placed = Event(number=1, at=draft.created_at, kind="order-placed", stage=draft.stage)
        order = replace(draft, event_count=1)
        made = self.orders.repeat(lambda: self.store.create(order, (placed,), key))
        return made, made.order_id == order.order_id

    def _drafted(self, request: StartRequest) -> Order:
        skus = tuple(merged(request.items))
        prices = {sku: level.price for sku, level in self.catalogue.stock(skus).items()}
        if self.customers.find(request.customer_id) is None:
            raise InvalidRequest(f"there is no customer {request.customer_id!r}")
        return new_order(self.new_id(), request, prices, self.clock.now())

    def _append(self, order_id: str, signal: Signal) -> Order:
        now = self.clock.now()
        order, appended = self.store.append_signal(order_id, replace(signal, at=now), now)
        if not appended:
            refuse_unless_repeated(order, signal, now)
        return order

    def _looked_at(self, order: Order, now: int) -> Change | None:
        every = min(LOOKED_AT_MOST_EVERY_MS, self.heartbeat_seconds * 500)
        recent = order.looked_at is not None and now - order.looked_at < every
        # A write here must not say that an execution was started which was not.
        if recent or order.start_pending or order.stage is not Stage.AWAITING_APPROVAL:
            return None
        looked = change(order, replace(order, looked_at=now), now)
        check_at = min(order.next_check_at, looked.after.next_check_at)
        return replace(looked, after=replace(looked.after, next_check_at=check_at))

    def _survive(self, call: Callable[[], object]) -> None:
        """Make a call whose failure costs only time: the janitor makes it again."""
        try:
            call()
        except EngineUnavailable as error:
            self.report(error)
