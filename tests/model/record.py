"""The order record, and what a write to it is."""

from typing import NamedTuple

from tests.model.rules import Rules

RESERVE, AWAITING, PAYMENT, STATUS_UPDATE = (
    "reserve",
    "awaiting-approval",
    "payment",
    "status-update",
)
COMPENSATING, COMPLETED, CANCELLED, FAILED = "compensating", "completed", "cancelled", "failed"
ENDS = frozenset({COMPLETED, CANCELLED, FAILED})
PAYING = frozenset({PAYMENT, STATUS_UPDATE})
INTENT, DONE, UNDONE = "intent", "done", "undone"
APPROVE, DECLINE = "approve-payment", "decline-payment"
ADD_LINE, CANCEL = "add-line-item", "cancel-order"
ADMITTED_IN = {
    APPROVE: frozenset({RESERVE, AWAITING}),
    DECLINE: frozenset({RESERVE, AWAITING}),
    ADD_LINE: frozenset({RESERVE, AWAITING}),
    CANCEL: frozenset({RESERVE, AWAITING, PAYMENT, STATUS_UPDATE}),
}
APPLIED, STALE, SUPERSEDED, REJECTED = "applied", "stale", "superseded", "rejected"
EXPIRED, DECLINED = "approval timeout", "declined"


class Signal(NamedTuple):
    """An accepted signal; `number` is its id, `revision` what an approver saw."""

    number: int
    kind: str
    revision: int = 0


class Order(NamedTuple):
    """META. `revision` is also the number of units and the total (see `tests.model`)."""

    stage: str = RESERVE
    epoch: int = 1
    start_pending: bool = True
    inbox: tuple[Signal, ...] = ()
    outcomes: tuple[str, ...] = ()
    """One for each applied signal, so their number is `applied`."""
    revision: int = 1
    reserve: str = ""
    """The ledger's entry for the stock: nothing, `done` or `undone`."""
    pay: str = ""
    amount: int = 0
    """Frozen by the approval."""
    reference: bool = False
    """The ledger has the provider's reference of the prepared payment."""
    token: bool = False
    """The order holds the token with which its execution waits now."""
    deadline: int = 0
    cancelled: bool = False
    last_error: str = ""

    @property
    def ended(self) -> bool:
        return self.stage in ENDS

    @property
    def pending(self) -> tuple[Signal, ...]:
        return self.inbox[len(self.outcomes) :]

    @property
    def cancel_requested(self) -> bool:
        return any(signal.kind == CANCEL for signal in self.inbox)

    @property
    def owes(self) -> tuple[str, ...]:
        """The effects that happened, or may have, and were not undone."""
        entries = (("pay", self.pay), ("reserve", self.reserve))
        return tuple(name for name, entry in entries if entry not in ("", UNDONE))


class Change(NamedTuple):
    """The record after a write, and the units that move in the same transaction."""

    after: Order
    move: str = ""
    units: int = 0


class Refused(Exception):
    """A permanent error of the domain."""


def change(order: Order, move: str = "", units: int = 0, **fields: object) -> Change:
    """Every write says that the execution did start, but for the one that raises the epoch."""
    fields.setdefault("start_pending", False)
    return Change(order._replace(**fields), move, units)  # type: ignore[arg-type]


def admits(order: Order, signal: Signal, late: bool, rules: Rules) -> bool:
    """The condition of the one UpdateItem that accepts a signal."""
    known = rules.signals_deduplicated and signal in order.inbox
    in_time = signal.kind == CANCEL or not late
    return order.stage in ADMITTED_IN[signal.kind] and in_time and not known
