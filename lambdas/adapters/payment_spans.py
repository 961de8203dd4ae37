"""A payment provider whose calls are spans: names of operations, no amounts or references."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from lambdas.domain.payments import (
    CaptureResult,
    Payment,
    PaymentGateway,
    PaymentRequest,
    RefundResult,
)
from lambdas.domain.record.money import Money


class TracedPayments:
    """`call` opens the span of a call by its name and attributes. `provider` is the peer's name."""

    def __init__(
        self,
        payments: PaymentGateway,
        provider: str,
        call: Callable[[str, Mapping[str, Any]], AbstractContextManager[object]],
    ) -> None:
        self._payments = payments
        self._provider = provider
        self._call = call

    def prepare(self, request: PaymentRequest) -> str:
        with self._span("prepare"):
            return self._payments.prepare(request)

    def capture(self, reference: str) -> CaptureResult:
        with self._span("capture"):
            return self._payments.capture(reference)

    def look_up(self, reference: str) -> Payment:
        with self._span("look_up"):
            return self._payments.look_up(reference)

    def void(self, reference: str) -> Payment:
        with self._span("void"):
            return self._payments.void(reference)

    def refund(self, refund_id: str, reference: str, amount: Money) -> RefundResult:
        with self._span("refund"):
            return self._payments.refund(refund_id, reference, amount)

    def list_moved(self, since: int, until: int) -> Iterator[tuple[str, Payment]]:
        with self._span("list_moved"):
            yield from self._payments.list_moved(since, until)

    def _span(self, operation: str) -> AbstractContextManager[object]:
        return self._call(f"{self._provider} {operation}", {"service.peer.name": self._provider})
