"""The ports: interfaces of the services that the workflow uses. Adapters implement them; tests use
fakes. The payment provider's port is `lambdas.domain.payments`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from lambdas.domain.payment_differences import Difference
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.stages import Stage

Returned = TypeVar("Returned")


class Spread(Protocol):
    """Calls a function for each of several items, one after the other or concurrently."""

    def __call__(
        self, work: Callable[[str], Returned], items: Sequence[str], /
    ) -> Iterable[Returned]:
        """What each call returned, in the sequence of the items. Raises what a call raised."""
        ...


class Clock(Protocol):
    """The current time."""

    def now(self) -> int:
        """The current time in epoch milliseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyKey:
    """Identifies a request: a repeated key means the same order. `fingerprint` hashes the body."""

    principal: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Page:
    """Orders newest first; `cursor` continues after the last one, None at the end."""

    orders: tuple[Order, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A number of orders. If not `exact`, there are at least as many."""

    orders: int
    exact: bool


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """The open orders of one workflow version: their number by stage, and the oldest one's id."""

    stages: Mapping[Stage, int]
    oldest: str


@dataclass(frozen=True, slots=True)
class OpenVersions:
    """Open orders by workflow version. If not `complete`, there are more."""

    orders: Mapping[str, OpenOrders]
    complete: bool

    @classmethod
    def count(cls, found: Mapping[str, tuple[Stage, str]], *, complete: bool) -> "OpenVersions":
        """Count orders, given as (stage, version) by order id."""
        by_version: dict[str, dict[str, Stage]] = {}
        for order_id, (stage, version) in found.items():
            by_version.setdefault(version, {})[order_id] = stage
        orders = {
            version: OpenOrders(Counter(stages.values()), min(stages))
            for version, stages in by_version.items()
        }
        return cls(orders, complete)


class OrderStore(Protocol):
    """The order records. Every method raises StoreUnavailable when the store cannot answer."""

    def get(self, order_id: str) -> Order:
        """The order as it is now (strongly consistent). Raises OrderNotFound."""
        ...

    def create(self, order: Order, events: Sequence[Event], key: IdempotencyKey) -> Order:
        """Write a new order, or return the one that `key` made before (another `order_id`).

        Raises IdempotencyMismatch when the key was used with another body.
        """
        ...

    def made_before(self, key: IdempotencyKey) -> Order | None:
        """The order that `key` made, or None. Raises IdempotencyMismatch as `create` does."""
        ...

    def commit(self, change: Change) -> Order:
        """Write a change as a whole, if the record is still `change.before`.

        Raises StoreConflict (read and decide again), InsufficientStock, LedgerMismatch.
        """
        ...

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        """Append to the inbox if the order admits the signal, in one conditional write.

        Returns the record afterwards and whether the signal was appended; when it was not, the
        record shows why. Raises OrderNotFound.
        """
        ...

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        """The order's newest MAX_EVENTS events, or fewer if those are large; oldest first."""
        ...


MAX_PAGE = 100
"""Orders of one page: as many as DynamoDB reads in one request."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """Orders to be checked; `oldest_at` is the earliest date of a check that is overdue."""

    order_ids: tuple[str, ...]
    oldest_at: int | None


class OrderIndex(Protocol):
    """Eventually consistent views over many orders. The requests of one call do not grow with the
    number of orders.
    """

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        """Orders newest first, at most MAX_PAGE. A page has fewer orders than `limit` where some
        of them change while it is read. Raises InvalidRequest for a cursor that is none.
        """
        ...

    def with_problem(self, problem: PaymentProblem, *, limit: int, cursor: str | None) -> Page:
        """Ended orders with an open debt or with a dispute, at most MAX_PAGE, those that ended or
        changed last first. Raises InvalidRequest for a cursor that is none.
        """
        ...

    def counts(self, *, customer_id: str | None, at_most: int) -> Mapping[Stage, Count]:
        """Count the orders by stage, of all customers or of one. A stage is counted up to
        `at_most`.
        """
        ...

    def open_versions(self, *, at_most: int) -> OpenVersions:
        """Count the open orders by workflow version, the oldest orders of each stage first; a stage
        is counted up to `at_most`.
        """
        ...

    def due(self, now: int, limit: int) -> Overdue:
        """Open orders whose `next_check_at` has passed: those that only wait for their approval
        last, of each kind the longest overdue first.
        """
        ...

    def postpone(self, order_id: str, now: int, *, back_off: bool) -> None:
        """Put off the next check of an order that cannot be checked; with `back_off` for longer
        each time. It reads no record: one that cannot be read must not block the others either.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """One SKU of the inventory as it was read."""

    sku: str
    available: int
    price: Price
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProduct:
    """One product of the catalogue. If not `sold_out`, units may be available."""

    sku: str
    name: str
    price: Price
    sold_out: bool


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Products by SKU; `cursor` is the last SKU if more follow, else None."""

    products: tuple[ListedProduct, ...]
    cursor: str | None


class Catalogue(Protocol):
    """The inventory, to read."""

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        """Levels and prices of the SKUs that exist; the others are missing."""
        ...

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        """Up to `limit` (at most MAX_PAGE) listed products after the SKU `cursor` (eventually
        consistent). Raises CatalogueNotListed.
        """
        ...


class StockShards(Protocol):
    """The parts of busy SKUs' stock that are not in the SKU's item."""

    def close_idle(self, now: int) -> int:
        """Settle the shards that no order used for a minute with their SKUs' items; how many.

        Raises StoreUnavailable.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer; `email` and `name` never leave the process but in a mail.

    `language` is the language of the mails (`de`, `de-AT`); English if there are no texts in it.
    """

    customer_id: str
    tier: str
    email: str
    name: str
    language: str = "en"


class CustomerDirectory(Protocol):
    """The customers."""

    def find(self, customer_id: str) -> Customer | None:
        """The customer, or None."""
        ...

    def save(self, customer: Customer) -> None:
        """Create the customer, or replace its record."""
        ...


class MailTags(NamedTuple):
    """Names an e-mail: its order, and its name in the ledger."""

    order_id: str
    mail: str


class Notifier(Protocol):
    """E-mails to customers and approvers."""

    def suppression(self, address: str) -> str | None:
        """Why the mail service sends nothing to an address (`bounce`, `complaint`); None if it
        sends. Raises NotifierUnavailable, MailRejected.
        """
        ...

    def send(self, address: str, subject: str, text: str, html: str, tags: MailTags) -> None:
        """Send one e-mail, in plain text and in HTML. Reports about it have the `tags`.

        Raises NotifierUnavailable, MailRejected if it was not sent, and MailUnsettled if it is
        unknown whether it was sent.
        """
        ...


class OperationsQueue(Protocol):
    """The queue that the operations team reads."""

    def report_stuck(self, order: Order, effects: Sequence[str]) -> None:
        """Report an order whose compensation needs a person.

        Raises OperationsUnavailable.
        """
        ...

    def report_payment(self, order: Order, problem: str, amount_minor: int) -> None:
        """Report a payment that needs a person after its order ended: a refund that failed, or a
        dispute. `amount_minor` is owed or disputed.

        Raises OperationsUnavailable.
        """
        ...

    def report_difference(self, difference: Difference) -> None:
        """Report a payment that differs from its order, or that no order has.

        Raises OperationsUnavailable.
        """
        ...

    def report_takeovers(self, order: Order) -> None:
        """Report that one execution of an order after the other has to be replaced.

        Raises OperationsUnavailable.
        """
        ...


class EventBus(Protocol):
    """The bus on which other systems receive the timeline events of orders."""

    def publish(self, order: Order, events: Sequence[Event]) -> None:
        """Publish events of one order, in their order. Raises EventsUnavailable if any of them may
        be lost: publish all of them again.
        """
        ...


class EventSubscriber(Protocol):
    """Another system that receives the events of orders."""

    def deliver(self, event: Mapping[str, Any]) -> None:
        """Deliver an event as it was published. Raises EventsUnavailable if it was not accepted, or
        if that is not known: deliver it again.
        """
        ...


@dataclass(frozen=True, slots=True)
class LoggedEvents:
    """Events as they were published, oldest first; `cursor` continues, None at the end."""

    events: tuple[Mapping[str, Any], ...]
    cursor: str | None


class EventLog(Protocol):
    """The log of the events that were published."""

    def read(
        self, *, since: int, order_id: str | None, limit: int, cursor: str | None
    ) -> LoggedEvents:
        """One page of the events of all orders or of one, from `since` (epoch milliseconds) on.

        Raises EventsUnavailable, and InvalidRequest for a cursor that is none.
        """
        ...


class ExecutionStatus(StrEnum):
    """The status of an execution. `unknown`: it never began, or the engine lost it."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


class WorkflowEngine(Protocol):
    """Step Functions. Every method raises EngineUnavailable when it cannot answer."""

    def start(self, order: Order) -> None:
        """Start the execution that the order names; a second start of one name is a success."""
        ...

    def ring(self, token: str) -> bool:
        """Wake the execution that waits with `token`. False if no execution waits with it."""
        ...

    def extend_wait(self, token: str) -> bool:
        """Reset the heartbeat timeout. False if no execution waits with `token`."""
        ...

    def status(self, order: Order) -> ExecutionStatus:
        """The status of the order's current execution."""
        ...

    def stop(self, order: Order) -> bool:
        """Stop the order's current execution: it runs no further state and no Catch. A
        function that it has invoked continues. False if no execution runs.
        """
        ...
