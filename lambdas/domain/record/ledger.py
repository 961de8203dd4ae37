"""The ledger: which side effects an order has caused, as intent -> done -> undone.

Compensation reads nothing else. An `intent` means *unknown*: the effect may have happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

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
"""The customer disputes the payment with the bank."""


class PaymentProblem(StrEnum):
    """A problem with the money of an ended order, under its name in the ledger."""

    DEBT = DEBT
    DISPUTE = DISPUTE


BOUNCED = "bounced"
COMPLAINED = "complained"
"""Reports about an e-mail: it was not delivered; its recipient marked it as spam."""

COMPENSATED_EFFECTS = (PAY, RESERVE)
"""Effects that must be undone before an order may end unpaid, in the order of their undoing."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One side effect. `key` makes it idempotent at its resource; `at` is epoch milliseconds;
    `claimant` is the one attempt that may cause it, where it has no key at its resource; `error`
    is the class of the last error that kept it from being done. `reference` is the provider's ID
    of a payment. `pending_until` is the deadline while the provider settles the payment or its
    refund later, and `look_up_at` the time of the next look-up (LOOK_UP_NOW: as soon as possible).
    `requested_by` is the subject of the operator who requested the effect. `delivery` is what the
    mail service reported about an e-mail that it had accepted (BOUNCED, COMPLAINED). `holds_for` is
    the ID of the signal for whose units another service may hold stock that the lines do not have.
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

    def moved(self, state: EffectState, now: int) -> "Effect":
        """The same effect in its next state; a moved effect is neither stuck nor pending."""
        return replace(self.retried(), state=state, at=now, holds_for=None)

    def retried(self) -> "Effect":
        """The same effect when a compensation begins: neither stuck nor pending."""
        return replace(self, stuck=False, pending_until=None, look_up_at=None)


Ledger = Mapping[str, Effect]


def effect_key(effect: str, order_id: str) -> str:
    """The idempotency key of an effect, e.g. `pay:01J…`; the same for all attempts."""
    return f"{effect}:{order_id}"


def owes(ledger: Ledger, effect: str) -> bool:
    """True when the effect happened, or may have happened, and was not undone."""
    entry = ledger.get(effect)
    return entry is not None and entry.state is not EffectState.UNDONE


def payment_problems(ledger: Ledger) -> frozenset[PaymentProblem]:
    """The open debt and the dispute of a payment."""
    return frozenset(problem for problem in PaymentProblem if owes(ledger, problem))


def unsettled(ledger: Ledger) -> tuple[str, ...]:
    """The effects that compensation still has to undo."""
    return tuple(effect for effect in COMPENSATED_EFFECTS if owes(ledger, effect))
