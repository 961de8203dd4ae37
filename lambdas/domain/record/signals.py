"""Signals: durable requests to a running order, and when the order admits them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple

from lambdas.domain.record.ledger import Newer
from lambdas.domain.record.stages import BEFORE_COMPLETION, BEFORE_PAYMENT, Stage

MAX_SIGNALS = 64
"""Signals that one order may take; keeps the order record far below DynamoDB's 400 KB."""


ROOM_FOR_CANCELS = 2
"""Places that only cancels may take: an order full of other signals can still be cancelled."""


class SignalKind(StrEnum):
    """What a signal asks for; the names are those of the HTTP routes."""

    APPROVE_PAYMENT = "approve-payment"
    DECLINE_PAYMENT = "decline-payment"
    CANCEL_ORDER = "cancel-order"
    ADD_LINE_ITEM = "add-line-item"


class SignalRule(NamedTuple):
    """When an order admits a kind of signal: at these stages, before the approval deadline if the
    kind closes there, and while the inbox has fewer than `places` signals.
    """

    stages: frozenset[Stage]
    closes_at_deadline: bool = True
    places: int = MAX_SIGNALS


RULES: Mapping[SignalKind, SignalRule] = {
    SignalKind.APPROVE_PAYMENT: SignalRule(stages=BEFORE_PAYMENT),
    SignalKind.DECLINE_PAYMENT: SignalRule(stages=BEFORE_PAYMENT),
    SignalKind.CANCEL_ORDER: SignalRule(
        stages=BEFORE_COMPLETION,
        closes_at_deadline=False,
        places=MAX_SIGNALS + ROOM_FOR_CANCELS,
    ),
    SignalKind.ADD_LINE_ITEM: SignalRule(stages=BEFORE_PAYMENT),
}


class Outcome(StrEnum):
    """The outcome of an accepted signal. A rejected signal has `rejected: <reason>` instead."""

    APPLIED = "applied"
    FIRST_APPROVAL = "applied: waiting for a second approver"
    """The approval counts while the lines stay as they are; the order still waits."""
    STALE = "stale"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller. `subject` identifies it for ever: a user's `sub`, a machine client's name. `name`
    is for display: a user name may be given to another person later. It is also a customer's id.
    """

    subject: str
    name: str

    def is_any_of(self, recorded: Collection[str]) -> bool:
        """Whether the actor is one of the recorded ones. Customers are recorded by name, and older
        versions recorded every actor so.
        """
        return self.subject in recorded or self.name in recorded


def rejection(reason: str) -> str:
    """The outcome of a rejected signal."""
    return f"rejected: {reason}"


_ADDED = frozenset(
    {"signal_id", "kind", "actor", "actor_name", "at", "limit_minor", "alone_minor", "newer"}
)
"""The fields of a signal that are no parameters of its request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One accepted signal as the inbox holds it. `actor` is the subject of the caller's identity;
    `actor_name` is its name, if that differs. An approval records its terms at that time: the
    largest total that the approver may approve, and the largest one that needs no second approver.
    """

    signal_id: str
    kind: SignalKind
    actor: str
    at: int
    actor_name: str | None = None
    revision: int | None = None
    sku: str | None = None
    quantity: int | None = None
    reason: str | None = None
    limit_minor: int | None = None
    alone_minor: int | None = None
    newer: Newer = field(default_factory=dict, hash=False, repr=False)

    def same_request(self, other: "Signal") -> bool:
        """True when `other` asks for the same thing (a retry of the caller)."""
        return self._request() == other._request() and other.sender.is_any_of({self.actor})

    def _request(self) -> tuple[object, ...]:
        return (self.kind, *(getattr(self, name) for name in signal_parameters()))

    @property
    def sender(self) -> Actor:
        """Who sent the signal."""
        return Actor(self.actor, self.actor_name or self.actor)

    @property
    def rule(self) -> SignalRule:
        """When an order admits the signal."""
        return RULES[self.kind]


def signal_parameters() -> Mapping[str, Any]:
    """The types of the parameters that requests for signals have, by name."""
    return {one.name: one.type for one in fields(Signal) if one.name not in _ADDED}
