"""Outside settlements: two operators record what the payment provider cannot report: money that was
returned without it, or the end of a dispute.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from lambdas.domain.record.ledger import Newer
from lambdas.domain.record.signals import Actor


class Settled(StrEnum):
    """What happened without a report of the payment provider."""

    REFUND_PAID = "refund-paid"
    DISPUTE_WON = "dispute-won"
    DISPUTE_LOST = "dispute-lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideSettlement:
    """A settlement that one operator requested, and another one confirms. Subjects and names are
    those of the operators, as in a signal. Times are epoch milliseconds. `earlier_minor` is the sum
    of the order's earlier refunds that were confirmed. `dispute` is the ledger entry of a dispute
    that ended.
    """

    settlement_id: str
    settled: Settled
    amount_minor: int
    currency: str
    evidence: str
    requested_by: str
    requested_by_name: str
    requested_at: int
    confirmed_by: str | None = None
    confirmed_by_name: str | None = None
    confirmed_at: int | None = None
    confirmation: str | None = None
    earlier_minor: int = 0
    dispute: str | None = None
    newer: Newer = field(default_factory=dict, hash=False, repr=False)

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def returned_minor(self) -> int:
        """What was returned outside the provider so far, by all confirmed settlements. The ledger
        has the amount of a lost dispute.
        """
        is_refunded = self.confirmed and self.settled is Settled.REFUND_PAID
        return self.earlier_minor + (self.amount_minor if is_refunded else 0)

    def is_same_payment(self, other: "OutsideSettlement") -> bool:
        """Whether both describe one payment of money. `other` need not name the dispute."""
        same_dispute = other.dispute in (None, self.dispute)
        return same_dispute and self._payment() == other._payment()

    def is_same_request(self, other: "OutsideSettlement") -> bool:
        """Whether both are one operator's request for one payment (a repetition)."""
        return self.is_same_payment(other) and (self.requested_by, self.evidence) == (
            other.requested_by,
            other.evidence,
        )

    def is_requested_by(self, actor: Actor) -> bool:
        return actor.subject == self.requested_by

    def _payment(self) -> tuple[object, ...]:
        return (self.settled, self.amount_minor, self.currency)
