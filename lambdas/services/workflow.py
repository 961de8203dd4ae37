"""The application interface: start, signal, heartbeat, query, list.

An accepted signal is durable. The doorbell only reduces the time until it is applied.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import (
    EngineUnavailable,
    InvalidRequest,
    OrderError,
    SignalNotAdmitted,
    SignalNotFound,
    WorkflowVersionRemoved,
)
from lambdas.domain.order_lists import MAX_PAGE, Page
from lambdas.domain.record.changes import Change, Event, make_change
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import STAGE_OF, OrderOutcome
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.admission import allowed_signals, refuse_unless_repeated
from lambdas.domain.steps.start import IdempotencyKey, StartRequest, merge_lines, new_order
from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS, VersionTable
from lambdas.services.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import (
        Catalogue,
        Clock,
        CustomerDirectory,
        OrderIndex,
        OrderStore,
        WorkflowEngine,
    )

OUTCOME_POLL_SECONDS = 0.25
HEARTBEAT_INTERVAL_MS = 60_000
"""At most one SendTaskHeartbeat a minute for each order: the quota is 500 calls a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWorkflow:
    """The operations on orders. `new_id` returns a ULID. `report` logs errors from which the
    janitor recovers.
    """

    store: "OrderStore"
    index: "OrderIndex"
    engine: "WorkflowEngine"
    catalogue: "Catalogue"
    customers: "CustomerDirectory"
    clock: "Clock"
    orders: OrderWriter
    new_id: Callable[[], str]
    report: Callable[[OrderError], None]
    heartbeat_seconds: int
    versions: VersionTable = WORKFLOW_VERSIONS

    def start(self, request: StartRequest, key: IdempotencyKey) -> tuple[Order, bool]:
        """Place an order and start its execution. Returns the order and whether it is new.

        The order is durable once it is written: if the start fails, the janitor repeats it.
        Raises InvalidRequest (unknown SKU, customer, limits; WorkflowVersionRemoved),
        IdempotencyMismatch.
        """
        made, is_new = self._create_or_find(request, key)
        if made.start_pending:
            self._best_effort(partial(self.engine.start, made))
        return made, is_new

    def signal(self, order_id: str, signal: Signal) -> Order:
        """Store a signal durably, then ring the doorbell. A repeated signal changes nothing.

        Raises OrderNotFound, SignalNotAdmitted, IdempotencyMismatch, InboxFull, and NotAllowed if
        the requester of an order approves it.
        """
        order = self.orders.repeat(lambda: self._append(order_id, signal))
        if signal.signal_id not in order.outcomes and order.wait_token is not None:
            self._best_effort(partial(self.engine.ring, order.wait_token))
        return order

    def heartbeat(self, order_id: str) -> None:
        """Reset the tick while an approver has the order open, at most once a minute.

        The reset is SendTaskHeartbeat. The tick is a safety net, so it is not reset while a signal
        is pending; the doorbell rings instead. Raises OrderNotFound, and SignalNotAdmitted if the
        order does not wait for approval.
        """
        before = self.orders.get(order_id)
        allowed = allowed_signals(before, self.clock.now())
        if before.stage is not Stage.AWAITING_APPROVAL or SignalKind.APPROVE_PAYMENT not in allowed:
            raise SignalNotAdmitted(
                "the order does not wait for approval", order_id=order_id, stage=before.stage
            )
        after = self.orders.change(order_id, self._record_heartbeat, seen=before)
        if after.wait_token is None:
            return
        if after.pending:
            self._best_effort(partial(self.engine.ring, after.wait_token))
        elif after.last_heartbeat_at != before.last_heartbeat_at:
            self._best_effort(partial(self.engine.extend_wait, after.wait_token))

    def get_status(self, order_id: str) -> Order:
        """Read the current order. Never waits, never writes. Raises OrderNotFound."""
        return self.orders.get(order_id)

    def get_signal(self, order_id: str, signal_id: str, wait_seconds: float) -> Order:
        """Read the order when the signal has its outcome, or after `wait_seconds` without one.

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
        """Read the newest MAX_EVENTS events of the order, oldest first."""
        return self.store.timeline(order_id)

    def list_orders(
        self,
        *,
        stage: Stage | None,
        customer_id: str | None,
        limit: int,
        cursor: str | None,
        outcome: OrderOutcome | None = None,
    ) -> Page:
        """List orders, newest first (eventually consistent).

        An outcome is derived from the order and is not in an index: at most MAX_PAGE orders of its
        stage are read, so a page may have fewer orders than `limit`, or none, before the last page.
        """
        if outcome is None:
            return self.index.page(stage=stage, customer_id=customer_id, limit=limit, cursor=cursor)
        if stage not in (None, STAGE_OF[outcome]):
            return Page((), None)
        read = self.index.page(
            stage=STAGE_OF[outcome], customer_id=customer_id, limit=MAX_PAGE, cursor=cursor
        )
        found = [order for order in read.orders if order.outcome is outcome]
        more = found[limit - 1].order_id if len(found) > limit else read.cursor
        return Page(tuple(found[:limit]), more)

    def list_problems(
        self,
        problem: PaymentProblem,
        *,
        stage: Stage | None,
        outcome: OrderOutcome | None,
        customer_id: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page:
        """List ended orders with an open debt or dispute, the latest first (eventually consistent).
        At most `limit` orders are read, and those that match the other filters are returned.
        """
        read = self.index.with_problem(problem, limit=limit, cursor=cursor)
        found = (
            order
            for order in read.orders
            if stage in (None, order.stage)
            and outcome in (None, order.outcome)
            and customer_id in (None, order.customer_id)
        )
        return Page(tuple(found), read.cursor)

    def _create_or_find(self, request: StartRequest, key: IdempotencyKey) -> tuple[Order, bool]:
        """Create the order of this key, or return the existing one, even if the request is no
        longer valid (for example, because a SKU was withdrawn).
        """
        try:
            draft = self._draft_order(request)
        except InvalidRequest:
            before = self.store.find_by_key(key)
            if before is None:
                raise
            return before, False
        placed = Event(number=1, at=draft.created_at, kind="order-placed", stage=draft.stage)
        order = replace(draft, event_count=1)
        made = self.orders.repeat(lambda: self.store.create(order, (placed,), key))
        return made, made.order_id == order.order_id

    def _draft_order(self, request: StartRequest) -> Order:
        self._refuse_removed(request.version)
        skus = tuple(merge_lines(request.items))
        prices = {sku: level.price for sku, level in self.catalogue.stock(skus).items()}
        if self.customers.find(request.customer_id) is None:
            raise InvalidRequest(f"there is no customer {request.customer_id!r}")
        return new_order(self.new_id(), request, prices, self.clock.now())

    def _refuse_removed(self, version: str) -> None:
        if version in self.versions.removed:
            current = self.versions.current.name
            raise WorkflowVersionRemoved(
                f"workflow version {version} was removed; new orders start as {current}"
            )

    def _append(self, order_id: str, signal: Signal) -> Order:
        now = self.clock.now()
        order, appended = self.store.append_signal(order_id, replace(signal, at=now), now)
        if not appended:
            refuse_unless_repeated(order, signal, now)
        return order

    def _record_heartbeat(self, order: Order, now: int) -> Change | None:
        interval = min(HEARTBEAT_INTERVAL_MS, self.heartbeat_seconds * 500)
        recent = order.last_heartbeat_at is not None and now - order.last_heartbeat_at < interval
        # Do not write while the start is pending: a change would mark the execution as started.
        if recent or order.start_pending or order.stage is not Stage.AWAITING_APPROVAL:
            return None
        change = make_change(order, replace(order, last_heartbeat_at=now), now)
        check_at = min(order.next_check_at, change.after.next_check_at)
        return replace(change, after=replace(change.after, next_check_at=check_at))

    def _best_effort(self, call: Callable[[], object]) -> None:
        """Make a call and report its failure. The janitor repeats the call."""
        try:
            call()
        except EngineUnavailable as error:
            self.report(error)
