"""The ledger: which side effects an order has caused, as intent -> done -> undone.

Compensation reads nothing else. An `intent` means *unknown*: the effect may have happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

RESERVE = "reserve"
PAY = "pay"
MAIL_CONFIRMATION = "mail-confirmation"
MAIL_CANCELLATION = "mail-cancellation"
MAIL_APPROVAL = "mail-approval"
"""The mails to the approver are numbered: `mail-approval-1`."""

DEBT = "debt"
"""The amount that an ended order owes its customer again, because a refund failed later: an intent
while it is owed, undone when it was refunded.
"""
DISPUTE = "dispute"
"""The customer disputes the payment with the bank: an intent until the bank decides, done if the
dispute was lost, undone if it was won. Further disputes are numbered: `dispute-2`.
"""


class PaymentProblem(StrEnum):
    """A problem with the money of an ended order, under its name in the ledger."""

    DEBT = DEBT
    DISPUTE = DISPUTE


BOUNCED = "bounced"
COMPLAINED = "complained"
"""Reports about an e-mail: it was not delivered; its recipient marked it as spam."""

COMPENSATED_EFFECTS = (PAY, RESERVE)
"""Effects that must be undone before an order may end unpaid, in this order."""

LOOK_UP_NOW = 0
"""`look_up_at` of a payment whose provider reported a change. It is earlier than every clock."""

Newer = Mapping[str, Any]
"""Fields that only a newer version knows. They are kept and written back: an order outlives
deployments, and older functions continue to write to it.
"""


class EffectState(StrEnum):
    """What is known about an effect; an intent may or may not have happened."""

    INTENT = "intent"
    DONE = "done"
    UNDONE = "undone"


DisputeStanding = Literal["open", "lost", "won"]
_STANDINGS: Mapping[EffectState, DisputeStanding] = {
    EffectState.INTENT: "open",
    EffectState.DONE: "lost",
    EffectState.UNDONE: "won",
}
"""How a dispute stands, the most important first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One side effect. `key` makes it idempotent at its resource; `at` is epoch milliseconds;
    `claimant` is the only attempt that may cause it, if it has no key at its resource; `error`
    is the class of the last error that prevented it. `reference` is the provider's ID
    of a payment or dispute. `pending_until` is the deadline while the provider settles the payment
    or its refund later, and `look_up_at` the time of the next look-up (LOOK_UP_NOW: as soon as
    possible). `requested_by` is the subject of the operator who requested the effect. `delivery` is
    what the mail service reported about an e-mail that it had accepted (BOUNCED, COMPLAINED).
    `holds_for` is the ID of the signal for whose units another service may hold stock that the
    lines do not have.
    """

    key: str
    state: EffectState
    at: int
    amount_minor: int | None = None
    refunded_minor: int | None = None
    stuck: bool = False
    claimant: str | None = None
    error: str | None = None
    reference: str | None = None
    pending_until: int | None = None
    look_up_at: int | None = None
    requested_by: str | None = None
    delivery: str | None = None
    holds_for: str | None = None
    newer: Newer = field(default_factory=dict, hash=False, repr=False)

    def with_state(self, state: EffectState, now: int) -> "Effect":
        """The effect in another state, neither stuck nor pending."""
        return replace(self.for_next_attempt(), state=state, at=now, holds_for=None)

    def for_next_attempt(self) -> "Effect":
        """The effect in the same state, neither stuck nor pending."""
        return replace(self, stuck=False, pending_until=None, look_up_at=None)


Ledger = Mapping[str, Effect]


def effect_key(effect: str, order_id: str) -> str:
    """The idempotency key of an effect, e.g. `pay:01J…`; the same for all attempts."""
    return f"{effect}:{order_id}"


def owes(ledger: Ledger, effect: str) -> bool:
    """True when the effect happened, or may have happened, and was not undone."""
    entry = ledger.get(effect)
    return entry is not None and entry.state is not EffectState.UNDONE


def disputes(ledger: Ledger) -> Mapping[str, Effect]:
    """The entries of the disputes, by name."""
    return {
        name: entry
        for name, entry in ledger.items()
        if name == DISPUTE or name.startswith(f"{DISPUTE}-")
    }


def dispute_name(ledger: Ledger, dispute_id: str) -> str:
    """The name of a dispute's entry, present or future. An entry without a reference, which older
    versions wrote, gets that of the oldest dispute.
    """
    known = disputes(ledger)
    for reference in (dispute_id, None):
        for name, entry in known.items():
            if entry.reference == reference:
                return name
    return f"{DISPUTE}-{len(known) + 1}" if known else DISPUTE


def dispute_standing(ledger: Ledger) -> DisputeStanding | None:
    """`open`, `lost` or `won`; of several disputes the first of these. None without a dispute."""
    states = {entry.state for entry in disputes(ledger).values()}
    return next((word for state, word in _STANDINGS.items() if state in states), None)


def lost_minor(ledger: Ledger) -> int:
    """The amount that the bank returned to the customer by lost disputes."""
    entries = disputes(ledger).values()
    return sum(entry.amount_minor or 0 for entry in entries if entry.state is EffectState.DONE)


def payment_problems(ledger: Ledger) -> frozenset[PaymentProblem]:
    """The open debt and the open disputes of a payment."""
    found = {PaymentProblem.DISPUTE} if dispute_standing(ledger) == "open" else set()
    return frozenset(found | ({PaymentProblem.DEBT} if owes(ledger, DEBT) else set()))


def unsettled_effects(ledger: Ledger) -> tuple[str, ...]:
    """The effects that compensation still has to undo."""
    return tuple(effect for effect in COMPENSATED_EFFECTS if owes(ledger, effect))
