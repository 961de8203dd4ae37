"""The order record: the single truth about an order, and the guards of every write to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambdas.domain.errors import OrderCancelled, OrderMovedOn, StaleEpoch
from lambdas.domain.record.ledger import (
    LOOK_UP_NOW,
    PAY,
    RESERVE,
    Effect,
    Newer,
    dispute_standing,
    unsettled_effects,
)
from lambdas.domain.record.money import Money
from lambdas.domain.record.outcomes import OrderOutcome, cause_of
from lambdas.domain.record.signals import Actor, Outcome, Signal, SignalKind
from lambdas.domain.record.stages import COMPENSATED, ENDS, RESUME_POINTS, Stage

if TYPE_CHECKING:
    from lambdas.domain.record.outside import OutsideSettlement

MAX_LINES = 50
MAX_QUANTITY = 999
_APPROVING = frozenset({Outcome.APPLIED, Outcome.FIRST_APPROVAL})
_ENDING = {
    OrderOutcome.CANCELLED: SignalKind.CANCEL_ORDER,
    OrderOutcome.DECLINED: SignalKind.DECLINE_PAYMENT,
}
"""The signals that end an order, by its outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One SKU of an order, at the price that the customer was quoted. The price never changes:
    customer and approver have seen it.
    """

    sku: str
    quantity: int
    unit_price_minor: int
    newer: Newer = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """The findings of the enrichment; None = not known yet."""

    customer_tier: str | None = None
    inventory_ok: bool | None = None
    recommendations: tuple[str, ...] = ()
    newer: Newer = field(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """The fields that the order stores as the caller sent them. An optional field has a default."""

    payment_method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderDetails):
    """One order. Times are epoch milliseconds.

    `requested_by` is the customer's id, or the subject of the caller who ordered for the customer.
    `sequence` is the optimistic lock: every write is conditional on the `sequence` it was computed
    from, and increases it. A `counted` order is in the counts of its customer's usage.
    `approval_links` maps the digest of a link's code to the e-mail that contains it. `wait_loops`
    is the round of the approval loop that stored `wait_token`. `takeovers` counts the consecutive
    executions that were replaced, the last one at `taken_over_at`. The oldest pending signal must
    be applied by `signal_check_at`; later signals do not change it. `check_failures` counts the
    failed checks of the janitor since the last write. `traceparent` is the W3C trace context of the
    request that placed the order: all its executions belong to that trace.
    """

    order_id: str
    customer_id: str
    requested_by: str
    currency: str
    version: str
    items: tuple[Line, ...]
    created_at: int
    updated_at: int
    next_check_at: int
    stage: Stage = Stage.START
    sequence: int = 1
    epoch: int = 1
    revision: int = 1
    event_count: int = 0
    start_pending: bool = True
    reserved: bool = False
    payment_approved: bool = False
    charged: bool = False
    cancelled: bool = False
    last_error: str | None = None
    enrichment: Enrichment = field(default_factory=Enrichment)
    approval_deadline: int | None = None
    cancel_requested_at: int | None = None
    last_heartbeat_at: int | None = None
    approval_links: Mapping[str, str] = field(default_factory=dict)
    wait_token: str | None = field(default=None, repr=False)
    wait_loops: int = 0
    inbox: tuple[Signal, ...] = ()
    applied: int = 0
    outcomes: Mapping[str, str] = field(default_factory=dict)
    ledger: Mapping[str, Effect] = field(default_factory=dict)
    settlement: "OutsideSettlement | None" = None
    counted: bool = False
    compensation_attempts: int = 0
    takeovers: int = 0
    taken_over_at: int | None = None
    signal_check_at: int | None = None
    check_failures: int = 0
    traceparent: str = ""

    @property
    def total(self) -> Money:
        """The price of all lines at their quoted prices."""
        return Money(
            sum(line.unit_price_minor * line.quantity for line in self.items), self.currency
        )

    def price_of(self, line: Line) -> Money:
        """The quoted price of one unit of a line."""
        return Money(line.unit_price_minor, self.currency)

    def is_requester(self, actor: Actor) -> bool:
        """Whether the actor is the customer, placed the order, or added lines to it."""
        added = {s.actor for s in self.applied_signals(SignalKind.ADD_LINE_ITEM)}
        return actor.is_any_of({self.customer_id, self.requested_by, *added})

    def applied_signals(self, kind: SignalKind) -> tuple[Signal, ...]:
        """The signals of a kind that took effect, oldest first."""
        return tuple(
            signal
            for signal in self.inbox
            if signal.kind is kind and self.outcomes.get(signal.signal_id) == Outcome.APPLIED
        )

    @property
    def approvals(self) -> tuple[Signal, ...]:
        """The approvals of the current lines. A change of the lines makes earlier ones void."""
        return tuple(
            signal
            for signal in self.inbox
            if signal.kind is SignalKind.APPROVE_PAYMENT
            and signal.revision == self.revision
            and self.outcomes.get(signal.signal_id) in _APPROVING
        )

    def has_approved(self, actor: Actor) -> bool:
        """Whether the actor approved the current lines."""
        return any(actor.is_any_of({approval.actor}) for approval in self.approvals)

    @property
    def ended_by(self) -> Signal | None:
        """The cancel or decline that ended the order, or is ending it; None otherwise."""
        if self.stage not in COMPENSATED:
            return None
        kind = _ENDING.get(cause_of(self.last_error or "").outcome)
        return next(iter(self.applied_signals(kind)), None) if kind else None

    @property
    def execution(self) -> str:
        """The name of the execution that owns the order."""
        return f"{self.order_id}-{self.epoch}"

    @property
    def resume(self) -> str | None:
        """Where a new execution of the order begins: `compensate`, `wait`, or `complete`; None for
        the start of the workflow.
        """
        return RESUME_POINTS.get(self.stage)

    @property
    def settling(self) -> Effect | None:
        """The payment while its provider settles it, or its refund, later; None otherwise."""
        payment = self.ledger.get(PAY)
        return None if payment is None or payment.pending_until is None else payment

    @property
    def notified(self) -> bool:
        """True if the provider reported a change of a pending payment that was not looked up."""
        return self.settling is not None and self.settling.look_up_at == LOOK_UP_NOW

    @property
    def waits(self) -> bool:
        """Whether the order is where an execution waits: for the approval or for the provider."""
        return self.stage is Stage.AWAITING_APPROVAL or self.settling is not None

    @property
    def wait_ends_at(self) -> int | None:
        """When the wait ends without a signal: at the approval deadline or the next look-up."""
        if self.stage is Stage.AWAITING_APPROVAL:
            return self.approval_deadline
        return None if self.settling is None else self.settling.look_up_at

    @property
    def only_waits(self) -> bool:
        """Whether the order only waits: it has no pending signal or start, no report of the
        provider, and no stuck effect.
        """
        busy = self.pending or self.start_pending or self.stuck
        return self.waits and bool(self.wait_ends_at) and not busy

    @property
    def payment_pending_until(self) -> int | None:
        """The deadline of a pending payment, or None."""
        return self._pending_until(Stage.PAYMENT)

    @property
    def refund_pending_until(self) -> int | None:
        """Until when the provider may settle the payment and its refund; None unless pending."""
        return self._pending_until(Stage.COMPENSATING)

    def _pending_until(self, stage: Stage) -> int | None:
        pending = self.settling
        return pending.pending_until if pending is not None and self.stage is stage else None

    @property
    def ended(self) -> bool:
        return self.stage in ENDS

    @property
    def cancelling(self) -> bool:
        """True once a cancel was accepted: no forward step may write."""
        return self.cancel_requested_at is not None

    @property
    def stuck(self) -> bool:
        """True if the last compensation could not undo an effect."""
        return any(effect.stuck for effect in self.ledger.values())

    @property
    def awaits_bank(self) -> bool:
        """Whether the order owes a refund that is pending, and the payment has an open dispute or
        inquiry: the bank takes weeks, so it is of no use to try the refund again each hour.
        """
        is_disputed = dispute_standing(self.ledger) == "open"
        return (
            is_disputed and self.settling is not None and unsettled_effects(self.ledger) == (PAY,)
        )

    @property
    def pending(self) -> tuple[Signal, ...]:
        """Accepted signals that were not applied yet, oldest first."""
        return self.inbox[self.applied :]

    @property
    def refused_line(self) -> Signal | None:
        """The refused signal for whose units another service may hold stock. None if there is none,
        and from a cancel on: compensation releases all units of the order.
        """
        held = self.ledger.get(RESERVE)
        signal_id = None if held is None else held.holds_for
        waits = self.stage is Stage.AWAITING_APPROVAL and not self.cancelling
        if not waits or signal_id is None or signal_id not in self.outcomes:
            return None
        return self.signal(signal_id)

    @property
    def result(self) -> str | None:
        """The workflow's result in one sentence; None while it runs."""
        if not self.ended:
            return None
        return f"Order {self.order_id} {self.outcome} (version {self.version})"

    @property
    def outcome(self) -> OrderOutcome | None:
        """How the order ended, or that its compensation is stuck; None otherwise."""
        if self.stage is Stage.COMPLETED:
            return OrderOutcome.COMPLETED
        if self.stage is Stage.COMPENSATING:
            return OrderOutcome.COMPENSATION_STUCK if self.stuck else None
        return cause_of(self.last_error or "").outcome if self.ended else None

    @property
    def reason_code(self) -> str | None:
        """Why the order is compensated, for programs; None if it is not."""
        if self.stage not in COMPENSATED or self.last_error is None:
            return None
        return cause_of(self.last_error).code

    def line(self, sku: str) -> Line | None:
        return next((line for line in self.items if line.sku == sku), None)

    def signal(self, signal_id: str) -> Signal | None:
        return next((signal for signal in self.inbox if signal.signal_id == signal_id), None)

    def with_effect(self, name: str, effect: Effect) -> "Order":
        return replace(self, ledger={**self.ledger, name: effect})

    def require_epoch(self, epoch: int) -> None:
        """Raise StaleEpoch unless the execution of `epoch` owns the order."""
        if epoch != self.epoch:
            raise StaleEpoch(
                f"execution {epoch} no longer owns the order (now {self.epoch})",
                order_id=self.order_id,
            )

    def require_forward(self, stages: frozenset[Stage]) -> None:
        """Raise unless a forward step may write: no accepted cancel, stage in `stages`."""
        if self.cancelling:
            raise OrderCancelled("a cancel was accepted", order_id=self.order_id)
        if self.stage not in stages:
            raise OrderMovedOn(f"the order is in stage {self.stage}", order_id=self.order_id)
