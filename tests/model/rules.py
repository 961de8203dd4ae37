"""The protocol's rules, each a switch; a mutant is the protocol with one of them turned off."""

from dataclasses import dataclass, replace
from typing import NamedTuple


class Bounds(NamedTuple):
    """How far to look: signals that clients may send, and faults that may happen."""

    signals: int
    faults: int


ONE_OF_EACH = Bounds(signals=1, faults=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """True everywhere = the protocol as it is implemented."""

    inbox_is_the_truth: bool = True
    """A signal is written to the order; otherwise the token carries it to the waiting execution."""
    tick_wakes: bool = True
    """Tick and deadline end a wait; otherwise only the doorbell does."""
    janitor_sweeps: bool = True
    reference_recorded: bool = True
    """The ledger has the payment's reference before it is captured; otherwise every attempt
    captures the payment that it prepared itself."""
    cancel_checked_at_completion: bool = True
    applied_before_expiry: bool = True
    """An order expires only when no accepted signal is pending."""
    signals_deduplicated: bool = True
    epochs_checked: bool = True
    unknown_is_not_failed: bool = True
    """A charge without an answer stays an intent; otherwise it is taken for declined."""
    approval_names_revision: bool = True
    voided_before_refund: bool = True
    stock_moves_with_stage: bool = True
    """Stock and stage change in one transaction; otherwise the stage first, then the stock."""
    sequence_checked: bool = True
    """A write needs the record that it was decided on; otherwise it overwrites what it changes."""
    intent_before_charge: bool = True
    deadline_set_once: bool = True
    debts_keep_order_open: bool = True
    """CloseOrder ends an order only when the ledger owes nothing."""
    charge_recorded_only_while_paying: bool = True
    pending_settled_by_compensation: bool = True
    only_compensated_orders_closed: bool = True
    """CloseOrder leaves an order alone whose compensation could not even begin."""
    outages_outlasted: bool = True
    """A forward step whose attempts failed pauses and continues; otherwise it is compensated."""
    lost_executions_resumed: bool = True
    """An execution that no person stopped is continued by another; otherwise it is compensated."""


PROTOCOL = Rules()


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is turned off, in a sentence, and the invariant that has to notice."""

    off: str
    """A rule, or two with a space between."""
    story: str
    killed_by: str
    bounds: Bounds = ONE_OF_EACH
    """Within which it is caught."""

    @property
    def rules(self) -> Rules:
        return replace(PROTOCOL, **dict.fromkeys(self.off.split(), False))


MUTANTS = {
    "token-as-authority": Mutant(
        "inbox_is_the_truth",
        "the token carries the signal",
        "every accepted signal has its outcome at the end",
    ),
    "no-tick-no-janitor": Mutant(
        "tick_wakes janitor_sweeps",
        "only the doorbell wakes an execution",
        "an end stays reachable",
        Bounds(signals=1, faults=0),
    ),
    "no-janitor": Mutant(
        "janitor_sweeps", "lost executions are not reconciled", "an end stays reachable"
    ),
    "payment-per-attempt": Mutant(
        "reference_recorded",
        "every attempt captures the payment that it prepared",
        "one capture at most",
    ),
    "no-cancel-check": Mutant(
        "cancel_checked_at_completion",
        "completion does not look for a cancel",
        "a cancel never ends completed",
        Bounds(signals=2, faults=0),
    ),
    "expire-before-applying": Mutant(
        "applied_before_expiry",
        "the deadline is checked before the inbox",
        "signals in time are applied before expiry",
    ),
    "no-dedupe": Mutant(
        "signals_deduplicated",
        "a repeated signal is appended again",
        "accepted signals are kept once",
    ),
    "no-epoch": Mutant("epochs_checked", "writes do not name the epoch", "old epochs never write"),
    "unknown-is-failed": Mutant(
        "unknown_is_not_failed",
        "a charge without an answer counts as declined",
        "kept money is the price of a completed order",
    ),
    "approve-without-revision": Mutant(
        "approval_names_revision",
        "an approval holds for every revision",
        "captured is what the approver saw",
    ),
    "refund-before-void": Mutant(
        "voided_before_refund",
        "what was captured is refunded, then the payment is voided",
        "kept money is the price of a completed order",
    ),
    "two-writes": Mutant(
        "stock_moves_with_stage",
        "first the stage is written, then the stock moves",
        "stock is held by open and sold by completed orders",
    ),
    "blind-writes": Mutant(
        "sequence_checked",
        "a write does not name the record it was decided on",
        "every accepted signal has its outcome at the end",
        Bounds(signals=1, faults=0),
    ),
    "no-intent": Mutant(
        "intent_before_charge",
        "the ledger records a payment only once it is done",
        "one capture at most",
    ),
    "deadline-moves": Mutant(
        "deadline_set_once", "every wait begins with a new deadline", "the deadline never moves"
    ),
    "close-with-debts": Mutant(
        "debts_keep_order_open",
        "the order is closed with open effects",
        "stock is held by open and sold by completed orders",
    ),
    "late-charge-recorded": Mutant(
        "charge_recorded_only_while_paying",
        "a capture is recorded in every stage",
        "a compensated order does not continue",
        Bounds(signals=2, faults=1),
    ),
    "pending-forgotten": Mutant(
        "pending_settled_by_compensation",
        "compensation does not settle pending signals",
        "every accepted signal has its outcome at the end",
    ),
    "compensate-outages": Mutant(
        "outages_outlasted",
        "a step whose attempts failed is compensated",
        "an order fails only for a valid reason",
    ),
    "compensate-lost-executions": Mutant(
        "lost_executions_resumed",
        "an order is compensated because its execution was lost",
        "an order fails only for a valid reason",
    ),
    "close-unbegun": Mutant(
        "only_compensated_orders_closed",
        "an order is closed although its compensation never began",
        "a cancel never ends completed",
    ),
}

BOUNDED = (
    Bounds(signals=3, faults=0),
    Bounds(signals=2, faults=1),
    Bounds(signals=1, faults=2),
)
"""What `make prove` explores: every triple of signals, every pair with any one fault, every signal
with any two."""

FULL = (Bounds(signals=3, faults=1), Bounds(signals=2, faults=2))
"""What `python -m tests.model --full` explores: every triple with a fault, every pair with two."""
