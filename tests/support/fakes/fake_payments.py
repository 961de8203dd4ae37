"""A strict payment provider in memory: one capture per payment, no refund above the outstanding
amount. Its keys expire at once: each `prepare` creates another payment.

The payment methods behave like those of the sandbox provider.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    Captured,
    CaptureResult,
    Dispute,
    DisputeState,
    Payment,
    PaymentGateway,
    PaymentRequest,
    PaymentState,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundResult,
)
from lambdas.domain.record.money import Money
from tests.support.fakes.fake_clock import FakeClock

_FLAKY_CHARGE = re.compile(r"pm_flaky_(\d)")
_FLAKY_REFUND = re.compile(r"pm_refund_fails_(\d)")
_OF_CUSTOMER = re.compile(r"pm_of_(.+)")
_CAPTURING = frozenset(
    {
        "pm_ok",
        "pm_slow",
        "pm_refund_fails",
        "pm_refund_rejected",
        "pm_refund_pending",
        "pm_error_stored",
    }
)
_UNSETTLED = {
    "pm_processing": PaymentState.PENDING,
    "pm_action_required": PaymentState.ACTION_REQUIRED,
    "pm_expired": PaymentState.VOIDED,
}
_TAKEN = (DisputeState.OPEN, DisputeState.LOST)
_VOIDABLE = (PaymentState.PREPARED, PaymentState.DECLINED, PaymentState.ACTION_REQUIRED)


@dataclass(slots=True)
class Book:
    """The provider's record of one payment."""

    key: str
    amount: Money
    method: str = "pm_ok"
    state: PaymentState = PaymentState.PREPARED
    captured: Money | None = None
    refunds: dict[str, int] = field(default_factory=dict)
    failed_refunds: int = 0
    pending_minor: int = 0
    reason: str = ""
    disputes: dict[str, Dispute] = field(default_factory=dict)
    moved_at: list[int] = field(default_factory=list)

    @property
    def refunded_minor(self) -> int:
        return sum(self.refunds.values())

    @property
    def undisputed_minor(self) -> int:
        """The amount that can be refunded or disputed: neither returned, withheld, nor pending."""
        taken = (
            dispute.amount_minor for dispute in self.disputes.values() if dispute.state in _TAKEN
        )
        captured_minor = 0 if self.captured is None else self.captured.amount_minor
        return captured_minor - self.refunded_minor - self.pending_minor - sum(taken)

    @property
    def is_pending(self) -> bool:
        return self.state is PaymentState.PENDING or self.pending_minor > 0

    def take(self, amount: Money) -> None:
        """Record that `amount` was captured."""
        self.captured, self.state = amount, PaymentState.CAPTURED

    def settle(self) -> None:
        """The provider settles a pending payment or refund, and accepts refunds from now on."""
        self.method = "pm_ok"
        if self.state is PaymentState.PENDING:
            self.take(self.amount)
        if self.pending_minor:
            self.refunds["settled"], self.pending_minor = self.pending_minor, 0

    def dispute(
        self, state: DisputeState, amount_minor: int | None = None, dispute_id: str = "dp_1"
    ) -> None:
        """The bank opens, decides or reopens a dispute, by default of the whole payment."""
        whole_minor = 0 if self.captured is None else self.captured.amount_minor
        self.disputes[dispute_id] = Dispute(
            dispute_id=dispute_id,
            state=state,
            amount_minor=whole_minor if amount_minor is None else amount_minor,
        )

    def payment(self) -> Payment:
        return Payment(
            state=self.state,
            key=self.key,
            amount=self.captured or self.amount,
            captured_minor=0 if self.captured is None else self.captured.amount_minor,
            refunded_minor=self.refunded_minor,
            refund_pending_minor=self.pending_minor,
            refunds=len(self.refunds) + self.failed_refunds + bool(self.pending_minor),
            disputes=tuple(self.disputes.values()),
            reason=self.reason,
        )


class FakePayments(PaymentGateway):
    """`payments` are the records by reference: the order's key for the first one, `#2`, `#3` … for
    the others. `calls` are all requests that reached the provider.
    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.payments: dict[str, Book] = {}
        self.calls: list[str] = []
        self._attempts: dict[str, int] = {}

    def prepare(self, request: PaymentRequest) -> str:
        self.calls.append(f"prepare {request.key}")
        owner = _OF_CUSTOMER.fullmatch(request.payment_method)
        if owner and owner[1] != request.customer_id:
            raise PaymentDeclined("the payment method belongs to another customer")
        if request.payment_method == "pm_error_stored":
            self._fail_first(f"prepare {request.key}", 1)
        number = 1 + sum(book.key == request.key for book in self.payments.values())
        reference = request.key if number == 1 else f"{request.key}#{number}"
        self.payments[reference] = Book(request.key, request.amount, request.payment_method)
        return reference

    def capture(self, reference: str) -> CaptureResult:
        self.calls.append(f"capture {reference}")
        book = self._known(reference)
        settled = book.payment().result
        if settled is not None:
            return settled
        self._misbehave(reference, book)
        settled = book.payment().result
        if settled is not None:
            return settled
        book.take(self.amount_to_capture(book))
        book.moved_at.append(self.clock.now())
        if book.method == "pm_slow":
            raise PaymentUnsettled("no answer in time")
        return Captured(book.captured or book.amount)

    def look_up(self, reference: str) -> Payment:
        self.calls.append(f"look up {reference}")
        return self._known(reference).payment()

    def void(self, reference: str) -> Payment:
        self.calls.append(f"void {reference}")
        book = self.payments.setdefault(reference, Book(reference, Money(0, "EUR")))
        if book.state in _VOIDABLE:
            book.state = PaymentState.VOIDED
        return book.payment()

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        self.calls.append(f"refund {refund_id}")
        book = self.payments.get(reference)
        if book is None or book.captured is None:
            raise LedgerMismatch("the provider has no capture under this reference")
        if refund_id in book.refunds:
            return Refunded()
        if refused := self._refuse_refund(reference, book):
            return refused
        due_minor = book.undisputed_minor
        if amount.amount_minor > due_minor:
            raise LedgerMismatch("the refund is higher than the outstanding amount")
        if book.method == "pm_refund_pending":
            book.pending_minor += amount.amount_minor
            return RefundPending()
        book.refunds[refund_id] = amount.amount_minor
        book.moved_at.append(self.clock.now())
        return Refunded()

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        self.calls.append("list moved")
        for reference, book in self.payments.items():
            if any(since <= at < until for at in book.moved_at):
                yield reference, book.payment()

    def charge(self, key: str, amount: Money, payment_method: str = "pm_ok") -> str:
        """A payment that was captured in an earlier step of the test; returns its reference."""
        request = PaymentRequest(
            key=key, customer_id="alice", amount=amount, payment_method="pm_ok"
        )
        reference = self.prepare(request)
        self.capture(reference)
        self.payments[reference].method = payment_method
        self.calls.clear()
        return reference

    def captures(self, key: str) -> list[Book]:
        """The payments under `key` that were captured."""
        books = self.payments.values()
        return [book for book in books if book.key == key and book.captured is not None]

    def net_minor(self, key: str) -> int:
        """Captured minus refunded: the amount that the customer has paid."""
        return sum(book.payment().outstanding_minor for book in self.captures(key))

    def amount_to_capture(self, book: Book) -> Money:
        """The requested amount; a faulty provider captures another one."""
        return book.amount

    def _known(self, reference: str) -> Book:
        book = self.payments.get(reference)
        if book is None:
            raise LedgerMismatch("the provider has no payment under this reference")
        return book

    def _misbehave(self, reference: str, book: Book) -> None:
        method = book.method
        if method == "pm_unavailable":
            raise ProviderUnavailable("the payment provider is unavailable")
        if flaky := _FLAKY_CHARGE.fullmatch(method):
            self._fail_first(f"capture {reference}", int(flaky[1]))
        elif method in _UNSETTLED:
            book.state = _UNSETTLED[method]
        elif method not in _CAPTURING and not _may_capture(method):
            low = method == "pm_insufficient_funds"
            book.reason = "insufficient funds" if low else "the payment method was declined"
            book.state = PaymentState.DECLINED

    def _refuse_refund(self, reference: str, book: Book) -> RefundResult | None:
        if any(dispute.state is DisputeState.OPEN for dispute in book.disputes.values()):
            return RefundFailed("the payment is disputed")
        if book.method == "pm_refund_fails":
            raise ProviderUnavailable("the payment provider accepts no refunds at present")
        if flaky := _FLAKY_REFUND.fullmatch(book.method):
            self._fail_first(f"refund {reference}", int(flaky[1]))
        if book.method == "pm_refund_rejected":
            book.failed_refunds += 1
            return RefundFailed("the bank refused the refund")
        return None

    def _fail_first(self, attempt: str, failures: int) -> None:
        self._attempts[attempt] = self._attempts.get(attempt, 0) + 1
        if self._attempts[attempt] <= failures:
            raise ProviderUnavailable("the payment provider is unavailable")


def _may_capture(method: str) -> bool:
    return bool(_FLAKY_REFUND.fullmatch(method) or _OF_CUSTOMER.fullmatch(method))


def as_records(payments: FakePayments) -> list[dict[str, object]]:
    """The provider's books as records of the sandbox's table."""
    books: list[dict[str, object]] = []
    for reference, book in payments.payments.items():
        captured = book.captured.amount_minor if book.captured else 0
        amounts = {
            "captured_minor": captured,
            "refunded_minor": book.refunded_minor,
            "disputes": {name: asdict(one) for name, one in book.disputes.items()},
        }
        books.append({"payment_key": reference, **amounts})
        books += [{"payment_key": key, "minor": minor} for key, minor in book.refunds.items()]
    return books
