"""The ports: interfaces of the services that the workflow uses. Adapters implement them; tests use
fakes. The payment provider's port is `lambdas.domain.payments`.

Import them for annotations only (CONTRIBUTING.md, "Imports and cold starts").
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from lambdas.domain.catalogue import CataloguePage, Customer, StockLevel
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.mail.rendering import MailTags
from lambdas.domain.order_lists import Count, OpenVersions, Overdue, Page
from lambdas.domain.payment_differences import Difference
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.events import LoggedEvents
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.start import IdempotencyKey

Returned = TypeVar("Returned")


class CallEach(Protocol):
    """Calls a function for each of several items, one after the other or concurrently."""

    def __call__(
        self, work: Callable[[str], Returned], items: Sequence[str], /
    ) -> Iterable[Returned]:
        """Return the results in the order of the items. Raises the error of a call."""
        ...


class Clock(Protocol):
    """The current time."""

    def now(self) -> int:
        """The current time in epoch milliseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class OrderStore(Protocol):
    """The order records. Every method raises StoreUnavailable when the store cannot answer."""

    def get(self, order_id: str) -> Order:
        """The current order (strongly consistent). Raises OrderNotFound."""
        ...

    def create(self, order: Order, events: Sequence[Event], key: IdempotencyKey) -> Order:
        """Write a new order, or return the existing one of `key` (with another `order_id`).

        Raises IdempotencyMismatch if the key was used with another body.
        """
        ...

    def find_by_key(self, key: IdempotencyKey) -> Order | None:
        """The existing order of `key`, or None. Raises IdempotencyMismatch as `create` does."""
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


class OrderIndex(Protocol):
    """Eventually consistent views over many orders. The requests of one call do not grow with the
    number of orders.
    """

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        """Orders newest first, at most MAX_PAGE. A page may have fewer orders than `limit` if some
        change while it is read. Raises InvalidRequest for an invalid cursor.
        """
        ...

    def with_problem(self, problem: PaymentProblem, *, limit: int, cursor: str | None) -> Page:
        """Ended orders with an open debt or an open dispute, at most MAX_PAGE, latest change first.
        Raises InvalidRequest for an invalid cursor.
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
        """Open orders whose `next_check_at` has passed, the longest overdue first. Orders that only
        wait for approval come last.
        """
        ...

    def postpone(self, order_id: str, now: int, *, back_off: bool) -> None:
        """Postpone the next check of an order whose check failed; with `back_off`, longer each
        time. Does not read the record: an unreadable record must not block the others.
        """
        ...


class Catalogue(Protocol):
    """Reads the inventory."""

    def stock(self, skus: Sequence[str]) -> Mapping[str, StockLevel]:
        """Levels and prices of the SKUs that exist; the others are missing."""
        ...

    def page(self, *, limit: int, cursor: str | None) -> CataloguePage:
        """Up to `limit` (at most MAX_PAGE) listed products after the SKU `cursor` (eventually
        consistent). Raises CatalogueNotListed.
        """
        ...


class StockShards(Protocol):
    """The shards that hold a part of the stock of busy SKUs."""

    def close_idle(self, now: int) -> int:
        """Return the units of shards that were unused for a minute to the items of their SKUs.

        Returns the number of closed shards. Raises StoreUnavailable.
        """
        ...


class CustomerDirectory(Protocol):
    """The customers."""

    def find(self, customer_id: str) -> Customer | None:
        """The customer, or None."""
        ...

    def save(self, customer: Customer) -> None:
        """Create the customer, or replace its record."""
        ...


class Notifier(Protocol):
    """E-mails to customers and approvers."""

    def suppression(self, address: str) -> str | None:
        """Return why the service sends no e-mail to an address (`bounce`, `complaint`), or None.
        Raises NotifierUnavailable, MailRejected.
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
        """Report a payment that needs a person after its order ended: a refund that failed, a
        dispute, or a lost dispute. `amount_minor` is the owed, disputed or lost amount.

        Raises OperationsUnavailable.
        """
        ...

    def report_difference(self, difference: Difference) -> None:
        """Report a payment that differs from its order, or that no order has.

        Raises OperationsUnavailable.
        """
        ...

    def report_takeovers(self, order: Order) -> None:
        """Report an order whose executions are taken over repeatedly.

        Raises OperationsUnavailable.
        """
        ...


class EventBus(Protocol):
    """The bus on which other systems receive the timeline events of orders."""

    def publish(self, order: Order, events: Sequence[Event]) -> None:
        """Publish events of one order, in sequence. Raises EventsUnavailable if any may be lost:
        publish all of them again.
        """
        ...


class EventSubscriber(Protocol):
    """Another system that receives the events of orders."""

    def deliver(self, event: Mapping[str, Any]) -> None:
        """Deliver a published event. Raises EventsUnavailable if it was not or may not have been
        accepted: deliver it again.
        """
        ...


class EventLog(Protocol):
    """The log of the events that were published."""

    def read(
        self, *, since: int, order_id: str | None, limit: int, cursor: str | None
    ) -> LoggedEvents:
        """One page of the events of all orders or of one, from `since` (epoch milliseconds) on.

        Raises EventsUnavailable, and InvalidRequest for an invalid cursor.
        """
        ...


class WorkflowEngine(Protocol):
    """Step Functions. Every method raises EngineUnavailable when it cannot answer."""

    def start(self, order: Order) -> None:
        """Start the order's execution. Starting it again is a success."""
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
