"""The port of the payment provider: what an adapter implements, and the results that it returns.

A payment is an object at the provider. `prepare` creates it and moves no money; its reference is
written to the ledger before `capture` moves money. The state of the object, and not an idempotency
key, decides whether a capture can succeed: providers delete keys (Stripe after about 24 hours) and
repeat a stored error under a key. After every doubt, `look_up` returns the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, assert_never

from lambdas.domain.record.money import Money


class PaymentRequest(NamedTuple):
    """What is charged to whom. `key` is the ID of the payment in this system, one for each order;
    `amount` is more than 0.
    """

    key: str
    customer_id: str
    amount: Money
    payment_method: str


@dataclass(frozen=True, slots=True)
class Captured:
    """The provider captured `amount`."""

    amount: Money


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider refused the payment for good; nothing was captured."""

    reason: str


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The customer must authenticate at `url`, until the time `until` (epoch milliseconds) if the
    provider names one. Nothing was captured.
    """

    url: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider captures or declines later, by `until` (epoch ms) if it names a time."""

    until: int | None = None


@dataclass(frozen=True, slots=True)
class Voided:
    """The payment was voided before it was captured: no capture can succeed."""


CaptureResult = Captured | Declined | ActionRequired | Pending | Voided


@dataclass(frozen=True, slots=True)
class Refunded:
    """The refund was executed."""


@dataclass(frozen=True, slots=True)
class RefundPending:
    """The provider accepted the refund; it succeeds or fails later."""


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """The refund was not executed, and never will be under this ID."""

    reason: str


RefundResult = Refunded | RefundPending | RefundFailed


class DisputeState(StrEnum):
    """The state of a dispute at the provider."""

    INQUIRY = "inquiry"
    """The bank asks for an explanation; no money moved, and a refund is possible."""
    OPEN = "open"
    """The bank withholds the amount until it decides."""
    WON = "won"
    """It ended, and the amount stays paid."""
    LOST = "lost"
    """It ended, and the bank returned the amount to the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A customer disputes a payment with the bank. `amount_minor` is the disputed amount, and that
    which was returned by a lost dispute, in the currency of the payment.
    """

    dispute_id: str
    state: DisputeState
    amount_minor: int


class PaymentState(StrEnum):
    """The state of a payment at its provider."""

    PREPARED = "prepared"
    """No money moved; it can be captured."""
    AUTHORISED = "authorised"
    """The amount is reserved on the customer's account; it can be captured."""
    ACTION_REQUIRED = "action-required"
    PENDING = "pending"
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as the provider records it. `amount` is the requested amount; the captured and the
    refunded amounts are in the same currency. Refunds made by a person count. `refunds` is the
    number of refunds, with those that are pending or failed. `disputes` has the oldest first.
    `reason` belongs to a decline; `action_url` and `until` to a required action or a pending
    capture. `key` is the request's.
    """

    state: PaymentState
    amount: Money
    key: str = ""
    captured_minor: int = 0
    refunded_minor: int = 0
    refund_pending_minor: int = 0
    refunds: int = 0
    disputes: tuple[Dispute, ...] = ()
    reason: str = ""
    action_url: str = ""
    until: int | None = None

    @property
    def lost_minor(self) -> int:
        """The amount that the bank returned to the customer by lost disputes."""
        return self._disputed_minor(DisputeState.LOST)

    @property
    def withheld_minor(self) -> int:
        """The amount that the bank withholds by open disputes: it may be returned or not."""
        return self._disputed_minor(DisputeState.OPEN)

    @property
    def outstanding_minor(self) -> int:
        """Captured, and neither refunded nor lost by a dispute: what the customer has paid."""
        return max(self.captured_minor - self.refunded_minor - self.lost_minor, 0)

    def _disputed_minor(self, state: DisputeState) -> int:
        return sum(dispute.amount_minor for dispute in self.disputes if dispute.state is state)

    @property
    def is_pending(self) -> bool:
        """Whether the provider settles the payment, or a refund of it, later."""
        return self.state is PaymentState.PENDING or self.refund_pending_minor > 0

    @property
    def result(self) -> CaptureResult | None:
        """The result of the capture; None while it can still be captured."""
        match self.state:
            case PaymentState.CAPTURED:
                return Captured(Money(self.captured_minor, self.amount.currency))
            case PaymentState.DECLINED:
                return Declined(self.reason)
            case PaymentState.ACTION_REQUIRED:
                return ActionRequired(self.action_url, self.until)
            case PaymentState.PENDING:
                return Pending(self.until)
            case PaymentState.VOIDED:
                return Voided()
            case PaymentState.PREPARED | PaymentState.AUTHORISED:
                return None
            case _:
                assert_never(self.state)


class PaymentGateway(Protocol):
    """A payment provider. `reference` is the provider's ID of a payment.

    Every method may be called again, at the same time or days later. A missing answer raises
    PaymentUnsettled, a refusal for the moment ProviderUnavailable: nothing happened then.
    """

    def prepare(self, request: PaymentRequest) -> str:
        """Create the payment without moving money, and return its reference. A repeated call may
        return another reference: only the one on the ledger is captured.

        Raises ProviderUnavailable for every transient error; PaymentDeclined for a payment that
        the provider refuses at once, such as the payment method of another customer.
        """
        ...

    def capture(self, reference: str) -> CaptureResult:
        """Capture the payment at most once. A payment that is settled returns its result again."""
        ...

    def look_up(self, reference: str) -> Payment:
        """The current payment. Raises PaymentUnsettled for every transient error."""
        ...

    def void(self, reference: str) -> Payment:
        """Make every later capture fail, and return the payment. A payment that is captured stays
        captured, one that is pending stays pending.
        """
        ...

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        """Refund `amount`, once for each `refund_id`. The provider refuses more than what is
        outstanding: LedgerMismatch.
        """
        ...

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        """The payments whose money moved from `since` until before `until` (epoch ms), with their
        references: captured, refunded, returned by a refund that failed, withheld or returned by
        a dispute. Payments of other systems in the account are included; a payment may be listed
        more than once.

        Raises PaymentUnsettled for every transient error.
        """
        ...
