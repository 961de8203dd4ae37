"""PaymentGateway for environments without real money: a provider that records its payments.

It enforces the rules of a real provider: one capture per payment, no capture of a voided payment,
no refund above the outstanding amount or while a bank decides a dispute. As at real providers, keys
and refund IDs expire after KEY_LIFETIME_MS.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lambdas.adapters.sandbox.methods import Method, find_method
from lambdas.adapters.sandbox.table import Record, SandboxTable, payment_of
from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    CaptureResult,
    Payment,
    PaymentRequest,
    PaymentState,
    Refunded,
    RefundFailed,
    RefundResult,
    Voided,
)
from lambdas.domain.record.money import Money

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.domain.ports import Clock

CLIENT_TIMEOUT_SECONDS = 3
KEY_LIFETIME_MS = 24 * 3_600_000


class SandboxPayments:
    """The sandbox provider on the payments table. The reference of a payment is its key, followed
    by the time if the key cannot be used again.
    """

    def __init__(self, client: "DynamoDBClient", clock: "Clock", *, payments_table: str) -> None:
        self._clock = clock
        self._table = SandboxTable(client, name=payments_table)

    def prepare(self, request: PaymentRequest) -> str:
        method = find_method(request.payment_method)
        if method.owner and method.owner != request.customer_id:
            raise PaymentDeclined("the payment method belongs to another customer")
        if method.stores_error:
            self._fail_first(f"prepare:{request.key}", 1)
        else:
            known = self._create(request.key, request)
            if known is None or not self._is_expired(known.get("prepared_at")):
                return request.key
        # The key has expired, or the provider repeats a stored error under it.
        reference = f"{request.key}#{self._clock.now()}"
        self._create(reference, request)
        return reference

    def capture(self, reference: str) -> CaptureResult:
        record = self._find(reference)
        settled = payment_of(record).result
        if settled is not None:
            return settled
        method = find_method(record["payment_method"])
        self._require_available(reference, method)
        outcome = _outcome(record, method, self._clock.now())
        record = self._settle(reference, PaymentState.PREPARED, outcome)
        if method.slow:
            self._clock.sleep(CLIENT_TIMEOUT_SECONDS)
            raise PaymentUnsettled(f"no answer within {CLIENT_TIMEOUT_SECONDS} s")
        return payment_of(record).result or Voided()

    def look_up(self, reference: str) -> Payment:
        return payment_of(self._find(reference))

    def void(self, reference: str) -> Payment:
        record = self._table.void(reference)
        return payment_of(self._after_processing(reference, record))

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        known = self._table.read(refund_id)
        if known is not None and not self._is_expired(known.get("made_at")):
            return Refunded()
        payment = self._table.read(reference)
        if payment is None or payment_of(payment).state is not PaymentState.CAPTURED:
            raise LedgerMismatch("the provider has no capture under this reference")
        if payment_of(payment).withheld_minor:
            return RefundFailed("the payment is disputed")
        method = find_method(payment["payment_method"])
        if method.refunds_rejected:
            return RefundFailed("the bank refused the refund")
        self._require_refunds(reference, method)
        self._book(refund_id, reference, amount)
        return Refunded()

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        for record in self._table.list_moved(since, until):
            reference = str(record.get("refund_of", record["payment_key"]))
            yield reference, self.look_up(reference)

    def _create(self, reference: str, request: PaymentRequest) -> Record | None:
        return self._table.create(
            {
                "payment_key": reference,
                "prepared_at": self._clock.now(),
                "state": PaymentState.PREPARED.value,
                "amount_minor": request.amount.amount_minor,
                "currency": request.amount.currency,
                "payment_method": request.payment_method,
            }
        )

    def _settle(self, reference: str, source: PaymentState, outcome: Record) -> Record:
        if outcome["state"] == PaymentState.CAPTURED:
            outcome = {**outcome, "captured_at": self._clock.now()}
        return self._table.settle(reference, source, outcome)

    def _book(self, refund_id: str, reference: str, amount: Money) -> None:
        now = self._clock.now()
        refund = {
            "payment_key": refund_id,
            "refund_of": reference,
            "minor": amount.amount_minor,
            "made_at": now,
        }
        self._table.book_refund(reference, refund, expired_before=now - KEY_LIFETIME_MS)

    def _find(self, reference: str) -> Record:
        record = self._table.read(reference)
        if record is None:
            raise LedgerMismatch("the provider has no payment under this reference")
        return self._after_processing(reference, record)

    def _after_processing(self, reference: str, record: Record) -> Record:
        """The record; a pending payment is captured first if its processing time has passed."""
        until = record.get("pending_until")
        pending = record.get("state") == PaymentState.PENDING
        if not pending or until is None or self._clock.now() < until:
            return record
        return self._settle(reference, PaymentState.PENDING, _captured_fields(record))

    def _require_available(self, reference: str, method: Method) -> None:
        if method.unavailable:
            raise ProviderUnavailable("the payment provider is unavailable")
        self._fail_first(f"charge:{reference}", method.failures)

    def _require_refunds(self, reference: str, method: Method) -> None:
        if method.refunds_unavailable:
            raise ProviderUnavailable("the payment provider accepts no refunds at present")
        self._fail_first(f"refund:{reference}", method.refund_failures)

    def _fail_first(self, name: str, failures: int) -> None:
        if failures and self._table.count_attempt(name) <= failures:
            raise ProviderUnavailable("the payment provider is unavailable")

    def _is_expired(self, at: int | None) -> bool:
        """Whether a key that was used at `at` has expired. Without a recorded time it never does:
        earlier versions recorded none.
        """
        return at is not None and self._clock.now() >= at + KEY_LIFETIME_MS


def _outcome(record: Record, method: Method, now: int) -> Record:
    """The attributes that a capture sets."""
    if method.state is PaymentState.CAPTURED:
        return _captured_fields(record)
    outcome = {"state": method.state.value, "reason": method.reason}
    if method.processing_ms is None:
        return outcome
    return {**outcome, "pending_until": now + method.processing_ms}


def _captured_fields(record: Record) -> Record:
    amount_minor = record["amount_minor"]
    return {
        "state": PaymentState.CAPTURED.value,
        "captured_minor": amount_minor,
        "refundable_minor": amount_minor,
        "refunded_minor": 0,
    }
